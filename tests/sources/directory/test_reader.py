"""When a version of an account is read, and when it is waited for; the clock is the test's own."""

import os
from pathlib import Path

import pytest

from authz.sources.directory import reader as reader_module
from authz.sources.directory.reader import AccountReader, Gone, Good, Long, Refused, Same
from authz.sources.directory.settling import Change, Writing
from authz.sources.directory.versions import VersionMaker
from authz.sources.source import Unsettled
from tests.builders import allow, document
from tests.sources.folders import GRANT, NOTHING, attachments, write_account
from tests.sources.following import Clock

KEY = "a"


class Reading:
    """A reader of one account, `a`, without a watch."""

    def __init__(self, root):
        self.clock = Clock()
        maker = VersionMaker(root, lambda: None)
        self.reader = AccountReader(root, maker, self.clock, lambda _: None, lambda *_: None, lambda _: None)
        self.change = None

    def begin(self, files=None):
        """Something changed now."""
        self.change = Change(self.clock.now, self.clock.now, files)

    def read(self, *, is_long=True):
        return self.reader.read(KEY, self.change, is_long=is_long)


@pytest.fixture(params=[1, 40], ids=["few files", "many files"])
def reading(request, tmp_path):
    """With a good version that was read, of an account with few files, or so many that they are remembered."""
    folder = write_account(tmp_path / KEY, 1)
    for number in range(1, request.param):
        (folder / "policies" / f"more{number}.json").write_text(NOTHING)
    made = Reading(tmp_path)
    made.begin()
    assert isinstance(made.read(), Good)
    return made


@pytest.fixture
def folder(tmp_path):
    return tmp_path / KEY


@pytest.fixture
def _nobody_can_tell(reading, monkeypatch):  # noqa: ARG001 - the good version comes first
    """Leases are not to be had, as on the files of another user."""
    monkeypatch.setattr(reader_module, "is_open_for_write", lambda _: None)


@pytest.fixture
def _somebody_writes(reading, monkeypatch):  # noqa: ARG001 - as above
    monkeypatch.setattr(reader_module, "is_open_for_write", lambda _: True)


# Whole versions -----------------------------------------------------------------------------------------------------


def test_what_is_closed_is_read_at_once(reading, folder):
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)


@pytest.mark.usefixtures("_somebody_writes")
def test_what_events_say_is_closed_need_not_be_asked_about(reading, folder):
    os.utime(folder / "attachments.yaml", (0, 0))
    for file in (folder / "policies").iterdir():
        os.utime(file, (0, 0))
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)


def test_what_did_not_change_is_not_a_new_version(reading, folder):
    reading.begin()
    assert reading.read() == Same(is_good=True)
    os.utime(folder / "policies" / "p.json", (0, 0))
    assert reading.read() == Same(is_good=True)
    (folder / "policies" / "p.json").write_text(GRANT)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert reading.read() == Same(is_good=True)


def test_a_write_within_one_moment_of_the_clock_is_seen_if_events_name_the_file(reading, folder, monkeypatch):
    path = folder / "policies" / "p.json"
    monkeypatch.setattr("authz.sources.directory.files.fingerprint", lambda status: status.st_ino)
    reading.begin()
    reading.read()
    path.write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)


def test_a_refused_version_is_told_once_and_a_mended_one_comes(reading, folder):
    path = folder / "policies" / "p.json"
    path.write_text("{")
    reading.begin({"policies/p.json": Writing.CLOSED})
    (problem,) = reading.read().problems
    assert problem.file == str(path)
    reading.begin()
    assert reading.read() == Same(is_good=False)
    assert not reading.reader.differs(KEY, is_thorough=True)
    path.write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)
    assert not reading.reader.differs(KEY, is_thorough=True)


def test_a_refused_version_that_is_put_back_is_the_good_one_again(reading, folder):
    path = folder / "policies" / "p.json"
    path.write_text("{")
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Refused)
    path.write_text(GRANT)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert reading.read() == Same(is_good=True)


def test_two_mistakes_are_both_told_though_one_is_older(reading, folder):
    for name in ("p", "q"):
        (folder / "policies" / f"{name}.json").write_text("{")
        reading.begin({f"policies/{name}.json": Writing.CLOSED})
        refused = reading.read()
    assert sorted(Path(problem.file).name for problem in refused.problems) == ["p.json", "q.json"]


def test_a_policy_that_goes_although_somebody_holds_it_is_told_with_the_place_that_names_it(reading, folder):
    (folder / "policies" / "p.json").unlink()
    reading.begin({"policies/p.json": Writing.CLOSED})
    (problem,) = reading.read().problems
    assert (problem.code, problem.file) == ("UnknownPolicy", str(folder / "attachments.yaml"))


def test_a_policy_that_nobody_holds_goes(reading, folder):
    (folder / "policies" / "spare.json").write_text(GRANT)
    reading.begin({"policies/spare.json": Writing.CLOSED})
    assert "spare" in reading.read().account.policies
    (folder / "policies" / "spare.json").unlink()
    reading.begin({"policies/spare.json": Writing.CLOSED})
    assert "spare" not in reading.read().account.policies


def test_an_account_that_lost_its_attachments_file_is_refused(reading, folder):
    (folder / "attachments.yaml").unlink()
    reading.begin({"attachments.yaml": Writing.CLOSED})
    (problem,) = reading.read().problems
    assert problem.code == "MissingFile"
    reading.begin()
    assert reading.read() == Same(is_good=False)


def test_new_numbers_of_the_account_are_held_against_all_its_policies(reading, folder):
    own = GRANT.replace('"resource": "*"', '"resource": "qcs::im::uin/1:sdkappid/1"')
    (folder / "policies" / "own.json").write_text(own)
    reading.begin({"policies/own.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)
    (folder / "attachments.yaml").write_text(attachments(2, "p"))
    reading.begin({"attachments.yaml": Writing.CLOSED})
    assert [problem.code for problem in reading.read().problems] == ["InvalidParameter.ResourceUinError"]


def test_an_entry_that_cannot_be_looked_at_refuses_its_account_until_it_is_gone(reading, folder):
    (folder / "loop.json").symlink_to("loop.json")
    for files in ({"loop.json": Writing.UNSURE}, None):
        reading.begin(files)
        outcome = reading.read()
        if isinstance(outcome, Refused):
            assert [problem.file for problem in outcome.problems] == [str(folder / "loop.json")]
        else:
            assert outcome == Same(is_good=False)
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Refused)
    (folder / "loop.json").unlink()
    reading.begin({"loop.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)


def test_a_folder_that_cannot_be_read_is_a_problem_of_its_account_or_a_note(reading, folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("authz.sources.directory.files.os.scandir", refuse)
    reading.begin()
    (problem,) = reading.read().problems
    assert (problem.file, problem.message) == (str(folder), "Permission denied")
    reading.reader.forget(KEY)
    note = reading.read()
    assert isinstance(note, Gone)
    assert note.note.file == str(folder)


def test_an_account_whose_folder_is_gone_goes_after_a_moment(reading, folder):
    folder.rename(folder.with_name("away"))
    reading.begin()
    assert isinstance(reading.read(), Unsettled)
    reading.clock.now += 1.0
    assert reading.read() == Gone()
    assert not reading.reader.is_account(KEY)


def test_a_folder_that_takes_the_place_of_another_is_read_as_it_is(reading, folder):
    folder.rename(folder.with_name("away"))
    reading.begin()
    assert isinstance(reading.read(), Unsettled)
    write_account(folder, 1, NOTHING)
    assert isinstance(reading.read(), Good)


# Versions that are not whole ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_somebody_writes")
def test_a_policy_that_somebody_keeps_open_is_tried_after_a_while(reading, folder):
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.OPEN})
    waits = []
    while isinstance(outcome := reading.read(), Unsettled):
        assert outcome.path == str(folder / "policies" / "p.json")
        waits.append(outcome.seconds)
        reading.clock.now += outcome.seconds
    assert isinstance(outcome, Good)
    assert sum(waits) == pytest.approx(2.0)
    assert len(waits) < 30


@pytest.mark.usefixtures("_somebody_writes")
def test_an_attachments_file_that_is_kept_open_but_stays_as_it_is_holds_up_nothing(reading, folder):
    for file in (folder / "policies").iterdir():
        os.utime(file, (0, 0))
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert isinstance(reading.read(), Good)


@pytest.mark.usefixtures("_somebody_writes")
def test_an_attachments_file_that_somebody_keeps_open_is_not_tried_before_it_has_stood_for_long(reading, folder):
    path = folder / "attachments.yaml"
    text = attachments(1, "p", "p")
    reading.begin({"attachments.yaml": Writing.OPEN})
    for end in range(10, len(text), 20):  # half of it may be a whole one, in which a user or a boundary is missing
        path.write_text(text[:end])
        reading.clock.now += 3.0
        assert isinstance(reading.read(), Unsettled)
    path.write_text(attachments(1))
    began = reading.clock.now
    while isinstance(outcome := reading.read(), Unsettled):
        reading.clock.now += outcome.seconds
    assert isinstance(outcome, Good)
    assert reading.clock.now - began >= 10.0


@pytest.mark.usefixtures("_nobody_can_tell")
def test_where_nobody_can_tell_who_writes_an_attachments_file_must_stand_for_a_second(reading, folder, monkeypatch):
    monkeypatch.setattr("authz.sources.directory.files.age", lambda _: 0.0)
    path = folder / "attachments.yaml"
    reading.begin()
    for text in ("account: '1'\n", "account: '1'\nusers:\n", attachments(1)):
        path.write_text(text)
        reading.clock.now += 0.9
        assert isinstance(reading.read(), Unsettled)
    reading.clock.now += 1.0
    assert isinstance(reading.read(), Good)


@pytest.mark.usefixtures("_nobody_can_tell")
def test_there_a_file_that_was_renamed_or_is_old_is_whole(reading, folder, monkeypatch):
    monkeypatch.setattr("authz.sources.directory.files.age", lambda _: 0.0)
    (folder / ".new").write_text(attachments(1))
    os.utime(folder / ".new", (0, (folder / ".new").stat().st_mtime - 1))
    (folder / ".new").rename(folder / "attachments.yaml")
    for file in (folder / "policies").iterdir():
        os.utime(file, (0, 0))
    reading.begin()
    assert isinstance(reading.read(), Good)


@pytest.mark.usefixtures("_nobody_can_tell")
def test_there_what_events_say_is_open_is_waited_for(reading, folder):
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.OPEN})
    assert isinstance(reading.read(), Unsettled)


def test_a_version_that_changes_while_it_is_read_is_read_again(reading, folder, monkeypatch):
    path = folder / "policies" / "p.json"
    path.write_text(NOTHING)
    real, texts = reader_module.files.read_file, iter([GRANT])

    def change(*arguments):
        found = real(*arguments)
        if arguments[2] == "policies/p.json":
            for text in texts:
                path.write_text(text + " ")
        return found

    monkeypatch.setattr(reader_module.files, "read_file", change)
    reading.begin({"policies/p.json": Writing.CLOSED})
    outcome = reading.read()
    assert (outcome.reason, outcome.seconds < 0.1) == ("it changes while it is read", True)
    assert reading.read() == Same(is_good=True)  # as it was at first


# Work ---------------------------------------------------------------------------------------------------------------


def test_what_takes_long_is_left_to_whoever_has_the_time(reading, folder, monkeypatch):
    monkeypatch.setattr(reader_module, "LONG_BYTES", 10)
    (folder / "attachments.yaml").write_text(attachments(1))
    reading.begin({"attachments.yaml": Writing.CLOSED})
    assert reading.read(is_long=False) == Long()
    assert isinstance(reading.read(is_long=True), Good)
    monkeypatch.setattr(reader_module, "LONG_FILES", 0)
    (folder / "policies" / "p.json").write_text(NOTHING)
    reading.begin({"policies/p.json": Writing.CLOSED})
    assert reading.read(is_long=False) == Long()


@pytest.mark.parametrize("number", [100, 1000])
def test_of_many_files_only_the_one_that_changed_is_looked_at_read_and_parsed(tmp_path, monkeypatch, number):
    folder = write_account(tmp_path / KEY, 1)
    for at in range(number):
        (folder / "policies" / f"more{at}.json").write_text(NOTHING)
    reading = Reading(tmp_path)
    reading.reader._has_news = lambda _: False
    reading.begin()
    before = reading.read().account
    (folder / "policies" / "more7.json").write_text(document(allow("im:AddUser")))
    looked, read, parsed = [], [], []
    counted(monkeypatch, reader_module.files, "examine", looked)
    counted(monkeypatch, reader_module.files, "read_file", read)
    counted(monkeypatch, "authz.accounts.parsed", "parse_policy", parsed)
    monkeypatch.setattr(reader_module.files, "list_account", lambda *_: pytest.fail("everything was looked at"))
    reading.begin({"policies/more7.json": Writing.CLOSED})
    after = reading.read().account
    assert (len(looked), len(read), len(parsed)) == (1, 1, 1)
    assert [name for name in after.policies if after.policies[name] is not before.policies[name]] == ["more7"]
    assert after.users is before.users


def counted(monkeypatch, module, name, calls):
    import importlib  # noqa: PLC0415

    module = importlib.import_module(module) if isinstance(module, str) else module
    real = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given, **more: calls.append(given) or real(*given, **more))
