import json
from dataclasses import replace

import pytest

from authz.pull.errors import PullError
from authz.pull.journal import Journal, Subject

SUBJECT = Subject("https://cam.example", "12345678", "f1")


def journal_with(path, answers, at=100.0):
    """A journal of a pull that was ended after some answers."""
    journal = Journal(path, lambda: at)
    assert journal.begin(SUBJECT) is None
    for call, answer in answers.items():
        journal.keep(call, answer)
    journal.close(is_finished=False)


def test_answers_are_there_for_the_next_pull_with_their_age(tmp_path):
    path = tmp_path / "journal"
    journal_with(path, {"a": {"x": "é"}, "b": {}})
    journal = Journal(path, lambda: 160.0)
    assert journal.begin(SUBJECT) == (2, 60.0)
    assert (journal.answer("a"), journal.answer("b"), journal.answer("c")) == ({"x": "é"}, {}, None)
    journal.keep("c", {"y": 1})
    journal.close(is_finished=False)
    assert Journal(path, lambda: 160.0).begin(SUBJECT) == (3, 60.0)


def test_a_finished_pull_leaves_no_journal(tmp_path):
    journal = Journal(tmp_path / "journal")
    journal.begin(SUBJECT)
    assert tmp_path.joinpath("journal").stat().st_mode & 0o777 == 0o600
    journal.close(is_finished=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("field", ["endpoint", "account", "fingerprint"])
def test_answers_of_something_else_are_dropped(tmp_path, field):
    path = tmp_path / "journal"
    journal_with(path, {"a": {}})
    journal = Journal(path)
    assert journal.begin(replace(SUBJECT, **{field: "other"})) is None
    assert journal.answer("a") is None
    assert path.read_bytes().count(b"\n") == 1


def test_a_journal_that_is_cut_at_any_byte_gives_whole_answers_alone(tmp_path):
    path, answers = tmp_path / "journal", {"a": {"x": 1}, "b": {"y": 2}, "c": {"z": 3}}
    journal_with(path, answers)
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        journal = Journal(path)
        kept = journal.begin(SUBJECT)
        whole = max(0, content[:size].count(b"\n") - 1)
        assert (0 if kept is None else kept[0]) == whole
        assert [journal.answer(each) for each in answers][:whole] == list(answers.values())[:whole]
        journal.keep("d", {"w": 4})
        journal.close(is_finished=False)
        assert [json.loads(line) for line in path.read_bytes().splitlines()][-1] == {"call": "d", "answer": {"w": 4}}


def test_a_second_pull_into_the_same_target_is_refused(tmp_path):
    first = Journal(tmp_path / "journal")
    with pytest.raises(PullError, match="another pull into this target is running"):
        Journal(tmp_path / "journal")
    first.close(is_finished=False)
    Journal(tmp_path / "journal").close(is_finished=True)


def test_a_pull_without_a_journal_keeps_answers_while_it_runs():
    journal = Journal(None)
    assert journal.begin(SUBJECT) is None
    journal.keep("a", {"x": 1})
    assert journal.answer("a") == {"x": 1}
    journal.close(is_finished=True)
