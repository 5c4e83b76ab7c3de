import io
import pickle
import random
import subprocess
import sys

import pytest

from authz.errors import SourceError
from authz.sources.files import LocalFiles
from authz.sources.pace import Pace
from authz.sources.scout import DIGEST_BYTES, NOTHING, AreSettled, LookAt, Read, Scout, apply, news, serve
from authz.sources.source import Look
from tests.sources.folders import GRANT, write_account

DEADLINE = 15.0


def only(scout, question):
    [answer] = scout.answers(question)
    return answer


def read(scout, key="a", known=b""):
    return [file for part in scout.answers(Read(key, known)) for file in part]


def test_it_sees_what_a_look_of_ones_own_sees(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "bare").mkdir()
    files = LocalFiles(tmp_path, Pace())
    scout = Scout(tmp_path)
    assert apply(NOTHING, only(scout, LookAt())) == files.look()
    assert only(scout, LookAt(("a",))) == files.look_at(["a"])
    assert only(scout, AreSettled(("a",))) is True


def test_a_second_look_tells_only_what_is_new(tmp_path):
    for key in "abc":
        write_account(tmp_path / key, 1)
    scout = Scout(tmp_path)
    first = apply(NOTHING, only(scout, LookAt()))
    assert apply(first, only(scout, LookAt())) is first
    (tmp_path / "b" / "policies" / "p.json").write_text("{}")
    (tmp_path / "c" / "attachments.yaml").unlink()
    found = only(scout, LookAt())
    assert (set(found.accounts), set(found.bare), found.gone) == ({"b"}, {"c"}, frozenset())


@pytest.mark.parametrize("seed", range(20))
def test_news_lead_from_any_look_to_any_other(seed):
    rnd = random.Random(seed)

    def some_look():
        places = {key: rnd.choice(["account", "bare", "absent"]) for key in "abcdef"}
        accounts = {key: rnd.randrange(3) for key, kind in places.items() if kind == "account"}
        return Look(accounts, {key: rnd.randrange(3) for key, kind in places.items() if kind == "bare"})

    before = some_look()
    for _ in range(10):
        now = some_look()
        assert apply(before, news(before, now)) == now
        assert list(apply(before, news(before, now)).accounts) == sorted(now.accounts)
        before = now


def test_files_come_with_digests_and_known_texts_are_left_out(tmp_path):
    write_account(tmp_path / "a", 1)
    scout = Scout(tmp_path)
    attachments, policy = read(scout)
    assert (attachments.digest, policy.text, len(policy.digest)) == (b"", GRANT, DIGEST_BYTES)
    again = read(scout, known=b"x" * DIGEST_BYTES + policy.digest)
    assert again == [attachments, policy._replace(text=None)]


def test_a_text_under_another_name_is_another_file(tmp_path):
    write_account(tmp_path / "a", 1)
    scout = Scout(tmp_path)
    known = read(scout)[1].digest
    (tmp_path / "a" / "policies" / "p.json").rename(tmp_path / "a" / "policies" / "q.json")
    assert read(scout, known=known)[1].text == GRANT


def test_what_cannot_be_read_is_told(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "a" / "policies" / "p.json").write_bytes(b"\xff")
    assert [file.problem and file.problem.code for file in read(Scout(tmp_path))] == [None, "InvalidEncoding"]
    assert isinstance(only(Scout(tmp_path / "nosuch"), LookAt()), SourceError)


def test_it_answers_until_there_are_no_more_questions(tmp_path):
    write_account(tmp_path / "a", 1)
    questions = io.BytesIO(pickle.dumps(LookAt()) + pickle.dumps(Read("a", b"")))
    answers = io.BytesIO()
    serve(tmp_path, questions, answers)
    answers.seek(0)
    look, files, end = (pickle.load(answers) for _ in range(3))
    assert (list(look.accounts), len(files), end, answers.read()) == (["a"], 2, [], b"")


def test_it_ends_with_the_process_that_asks(tmp_path):
    program = [sys.executable, "-c", "from authz.sources.scout import main; main()", str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        output, _ = process.communicate(pickle.dumps(AreSettled(())), timeout=DEADLINE)
        assert (pickle.loads(output), process.returncode) == (True, 0)
