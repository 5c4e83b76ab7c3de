import io
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from authz.errors import SourceError
from authz.sources import files
from authz.sources import scout as module
from authz.sources.files import LocalFiles
from authz.sources.pace import Pace
from authz.sources.scout import NOTHING, AreSettled, Compare, LookAt, Scout, apply, news, serve
from authz.sources.source import Look
from tests.sources.folders import GRANT, write_account
from tests.sources.folders import NOTHING as NOTHING_GRANTED
from tests.waiting import DEADLINE


def unhurried(root):
    """A scout whose look at everything is one part, since no time passes."""
    return Scout(root, clock=lambda: 0.0)


def only(scout, question):
    [answer] = scout.answers(question)
    return answer


def compared(scout, since=0, key="a"):
    *parts, changes = scout.answers(Compare(key, since))
    return changes._replace(files=[file for part in parts for file in part])


def test_it_sees_what_a_look_of_ones_own_sees(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "bare").mkdir()
    files = LocalFiles(tmp_path, Pace())
    scout = unhurried(tmp_path)
    assert apply(NOTHING, only(scout, LookAt())) == files.look()
    assert only(scout, LookAt(("a",))) == files.look_at(["a"])
    assert only(scout, AreSettled(("a",))) is True


def test_a_second_look_tells_only_what_is_new(tmp_path):
    for key in "abc":
        write_account(tmp_path / key, 1)
    scout = unhurried(tmp_path)
    first = apply(NOTHING, only(scout, LookAt()))
    assert apply(first, only(scout, LookAt())) is first
    (tmp_path / "b" / "policies" / "p.json").write_text("{}")
    (tmp_path / "c" / "attachments.yaml").unlink()
    found = only(scout, LookAt())
    assert (set(found.accounts), set(found.bare), found.gone) == ({"b"}, {"c"}, frozenset())


def test_other_questions_are_answered_while_everything_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PART_SECONDS", 0)
    for key in "abc":
        write_account(tmp_path / key, 1)
    scout = Scout(tmp_path)
    parts = []
    while (part := only(scout, LookAt())) is None:
        parts.append(only(scout, LookAt(("b",))).accounts.keys())
    assert parts == [{"b"}] * 3
    assert set(part.accounts) == {"a", "b", "c"}
    (tmp_path / "a" / "attachments.yaml").unlink()
    assert only(scout, LookAt()) is None  # the next one begins anew


def test_a_look_that_fails_in_the_middle_is_begun_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PART_SECONDS", 0)
    root = tmp_path / "root"
    write_account(root / "a", 1)
    scout = Scout(root)
    assert only(scout, LookAt()) is None
    assert set(only(scout, LookAt()).accounts) == {"a"}
    root.rename(tmp_path / "elsewhere")
    assert isinstance(only(scout, LookAt()), SourceError)
    (tmp_path / "elsewhere").rename(root)
    assert only(scout, LookAt()) is None
    assert only(scout, LookAt()).accounts == {}  # nothing is new


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


def names(changes):
    return [file.name for file in changes.files]


def test_at_first_everything_is_told_and_then_what_differs_and_the_attachments(tmp_path):
    folder = write_account(tmp_path / "a", 1) / "policies"
    (folder / "q.json").write_text(GRANT)
    scout = Scout(tmp_path)
    first = compared(scout)
    assert (first.is_whole, names(first), first.gone) == (True, ["attachments.yaml", "p.json", "q.json"], [])
    assert first.files == list(LocalFiles(tmp_path, Pace()).read("a"))
    (folder / "p.json").write_text(NOTHING_GRANTED)
    (folder / "q.json").rename(folder / "r.json")
    second = compared(scout, first.version)
    assert (second.is_whole, names(second)) == (False, ["attachments.yaml", "p.json", "r.json"])
    assert second.gone == [str(folder / "q.json")]
    assert names(compared(scout, second.version)) == ["attachments.yaml"]


def reads(monkeypatch):
    """The names of the files whose bytes are read from now on."""
    found, read = [], files._bytes
    monkeypatch.setattr(files, "_bytes", lambda path: found.append(Path(path).name) or read(path))
    return found


def test_given_a_file_has_been_as_it_is_for_a_while_then_it_is_not_read_again(tmp_path, monkeypatch):
    folder = write_account(tmp_path / "a", 1) / "policies"
    (folder / "q.json").write_text(GRANT)
    monkeypatch.setattr(files, "_YOUNG_SECONDS", -1.0)
    scout = Scout(tmp_path)
    first = compared(scout)
    (folder / "p.json").write_text(NOTHING_GRANTED)
    read = reads(monkeypatch)
    second = compared(scout, first.version)
    assert read == names(second) == ["attachments.yaml", "p.json"]
    assert (second.gone, names(compared(scout, second.version))) == ([], ["attachments.yaml"])


def test_given_a_file_was_just_written_then_it_is_read_again(tmp_path, monkeypatch):
    write_account(tmp_path / "a", 1)
    scout = Scout(tmp_path)
    first = compared(scout)
    read = reads(monkeypatch)
    assert names(compared(scout, first.version)) == ["attachments.yaml"]
    assert read == ["attachments.yaml", "p.json"]


def test_given_a_file_was_read_before_then_whoever_missed_that_gets_its_text(tmp_path, monkeypatch):
    write_account(tmp_path / "a", 1)
    monkeypatch.setattr(files, "_YOUNG_SECONDS", -1.0)
    scout = Scout(tmp_path)
    compared(scout)
    assert all(file.text for file in compared(scout).files)


def test_who_missed_a_version_is_told_everything(tmp_path):
    write_account(tmp_path / "a", 1)
    scout = Scout(tmp_path)
    first = compared(scout)
    compared(scout, first.version)
    assert compared(scout, first.version).is_whole


def test_another_scout_knows_nothing_of_the_versions_of_the_one_before(tmp_path):
    write_account(tmp_path / "a", 1)
    first = compared(Scout(tmp_path))
    successor = Scout(tmp_path)
    compared(successor)
    assert compared(successor, first.version).is_whole


def test_many_files_come_in_parts(tmp_path):
    folder = write_account(tmp_path / "a", 1) / "policies"
    for number in range(450):
        (folder / f"{number}.json").write_text(GRANT)
    *parts, _ = Scout(tmp_path).answers(Compare("a", 0))
    assert [len(part) for part in parts] == [200, 200, 52]


def test_what_cannot_be_read_is_told_each_time(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "a" / "policies" / "p.json").write_bytes(b"\xff")
    scout = Scout(tmp_path)
    first = compared(scout)
    for changes in (first, compared(scout, first.version)):
        assert [file.problem and file.problem.code for file in changes.files] == [None, "InvalidEncoding"]


def test_what_cannot_be_looked_at_is_told(tmp_path):
    assert isinstance(only(Scout(tmp_path / "nosuch"), LookAt()), SourceError)


def test_it_answers_until_there_are_no_more_questions(tmp_path):
    write_account(tmp_path / "a", 1)
    questions = io.BytesIO(pickle.dumps(LookAt()) + pickle.dumps(Compare("a", 0)))
    answers = io.BytesIO()
    serve(unhurried(tmp_path), questions, answers)
    answers.seek(0)
    look, files, changes = (pickle.load(answers) for _ in range(3))
    assert (list(look.accounts), len(files), changes.is_whole, answers.read()) == (["a"], 2, True, b"")


def test_it_ends_with_the_process_that_asks(tmp_path):
    program = [sys.executable, "-c", "from authz.sources.scout import main; main()", str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        output, _ = process.communicate(pickle.dumps(AreSettled(())), timeout=DEADLINE)
        assert (pickle.loads(output), process.returncode) == (True, 0)
