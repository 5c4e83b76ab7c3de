"""The follower, the watch and real directories together: whatever way a change arrives on disk, it comes into force."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from authz.engine.live import Engine
from authz.sources.directory import source as source_module
from authz.sources.directory.inotify import Inotify
from authz.sources.directory.open_for_write import is_open_for_write
from authz.sources.directory.source import DirectorySource
from authz.sources.follower import Follower
from authz.sources.status import ALARM_SECONDS, WHOLE_SOURCE
from tests.logs import capture_logs
from tests.sources.folders import GRANT, NOTHING, allowed, attachments, write_account
from tests.waiting import until

alarm_seconds = ALARM_SECONDS
is_watched = True  # set by fixtures


class Running:
    """A follower at work on a directory."""

    def __init__(self, root):
        self.source = DirectorySource(root, is_watched=is_watched)
        self.engine = Engine()
        self.follower = Follower(self.source, self.engine, alarm_seconds=alarm_seconds)
        self.status = self.follower.status

    def answers(self, *uins):
        return [allowed(self.engine, uin) for uin in uins]

    async def becomes(self, *expected, of=(1,)):
        """Wait until the answers about the accounts `of` are the expected ones."""
        await until(lambda: self.answers(*of) == list(expected))


@pytest.fixture(params=[True, False], ids=["by events", "by polling"], autouse=True)
def _how_it_hears(request, monkeypatch):
    monkeypatch.setitem(globals(), "is_watched", request.param)
    monkeypatch.setattr(source_module, "POLL_SECONDS", 0.05)


@pytest.fixture
def _soon(monkeypatch):
    monkeypatch.setitem(globals(), "alarm_seconds", 0.05)


@pytest.fixture
def _patient(monkeypatch):
    monkeypatch.setitem(globals(), "alarm_seconds", 600)


@asynccontextmanager
async def following(root):
    running = Running(root)
    assert await running.follower.load(lambda _done, _total: None, allow_broken=False) == ()
    task = asyncio.create_task(running.follower.follow())
    try:
        yield running
        assert not task.done(), "following came to an end"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        running.source.close()


def follow(root, scenario):
    """Run `scenario(running)` while `root` is followed; returns what was logged as an error."""

    async def run():
        async with following(root) as running:
            await scenario(running)

    with capture_logs() as lines:
        asyncio.run(run())
    return [line for line in lines if line["log_level"] == "error"]


def replace(path, text):
    """Put a new text into place as careful programs do: written beside it, then renamed."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    beside.rename(path)


# Ways in which a change arrives -------------------------------------------------------------------------------------


def test_a_plain_edit_comes_into_force(tmp_path):
    write_account(tmp_path, 1, NOTHING)

    async def scenario(running):
        (tmp_path / "policies" / "p.json").write_text(GRANT)
        await running.becomes(True)

    assert follow(tmp_path, scenario) == []


def test_a_file_that_is_renamed_into_place_comes_into_force(tmp_path):
    write_account(tmp_path, 1, NOTHING)

    async def scenario(running):
        replace(tmp_path / "policies" / "p.json", GRANT)
        await running.becomes(True)

    assert follow(tmp_path, scenario) == []


def test_a_changed_attachment_comes_into_force(tmp_path):
    # requirements 75: the next decision after a detachment is denied
    write_account(tmp_path, 1)

    async def scenario(running):
        (tmp_path / "attachments.yaml").write_text(attachments(1))
        await running.becomes(False)

    assert follow(tmp_path, scenario) == []


def test_a_directory_that_is_replaced_as_a_whole_is_followed_on(tmp_path):
    root = write_account(tmp_path / "live", 1, NOTHING)
    write_account(tmp_path / "next", 1)

    async def scenario(running):
        root.rename(tmp_path / "old")
        (tmp_path / "next").rename(root)
        await running.becomes(True)
        (root / "policies" / "p.json").write_text(NOTHING)
        await running.becomes(False)

    assert follow(root, scenario) == []


def test_a_kubernetes_config_map_is_followed_through_the_swap_of_its_link(tmp_path):
    # files-and-commands: a flat ConfigMap mount, the `..data` symlink is swapped on update

    def version(name, text):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "attachments.yaml").write_text(attachments(1, "p"))
        (folder / "p.json").write_text(text)
        link = tmp_path / "..data_tmp"
        link.symlink_to(name)
        link.rename(tmp_path / "..data")

    version("..2026_01", NOTHING)
    for name in ("attachments.yaml", "p.json"):
        (tmp_path / name).symlink_to(f"..data/{name}")

    async def scenario(running):
        version("..2026_02", GRANT)
        shutil.rmtree(tmp_path / "..2026_01")
        await running.becomes(True)
        version("..2026_03", NOTHING)
        await running.becomes(False)

    assert follow(tmp_path, scenario) == []


@pytest.mark.usefixtures("_patient")  # however slow the machine, the steps are faster
def test_files_that_arrive_in_steps_raise_no_alarm_and_come_into_force_when_all_are_there(tmp_path):
    write_account(tmp_path, 1, NOTHING)

    async def scenario(running):
        (tmp_path / "attachments.yaml").write_text(attachments(1, "p", "new"))
        await until(lambda: running.status.faults)
        assert running.answers(1) == [False]
        (tmp_path / "policies" / "new.json").write_text(GRANT)
        await running.becomes(True)
        await until(lambda: not running.status.faults)
        assert running.status.refusals == 0

    assert follow(tmp_path, scenario) == []


@pytest.mark.parametrize("name", ["attachments.yaml", "policies/p.json"])
def test_half_of_a_file_does_not_take_effect_and_raises_no_alarm(tmp_path, name):
    write_account(tmp_path, 1, NOTHING)
    path = tmp_path / name
    with path.open("a"):
        if not is_open_for_write(path):
            pytest.skip("this system does not tell who is writing")

    async def scenario(running):
        whole = path.read_text()
        with path.open("w") as file:
            file.write("account: '1'\n" if name.endswith("yaml") else whole[:20])  # the first is good as it stands
            file.flush()
            await until(lambda: running.status.unsettled)
            assert [problem.file for problem in running.status.unsettled[""].problems] == [str(path)]
            assert (running.answers(1), running.status.faults) == ([False], {})
            file.seek(0)
            file.write(attachments(1, "AdministratorAccess") if name.endswith("yaml") else GRANT)
            file.truncate()
        await running.becomes(True)
        await until(lambda: not running.status.unsettled)
        assert running.status.faults == {}

    assert follow(tmp_path, scenario) == []


# Faults -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_soon")
def test_a_broken_version_keeps_the_last_good_one_and_lists_every_error(tmp_path):
    # files-and-commands: refuses the whole new version; the last good version stays in force
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / "b", 2, NOTHING)
    broken = '{"version": "1.0",\n "statement": [{"effect": "permit", "action": "*", "resource": "*"}]}'

    async def scenario(running):
        (tmp_path / "a" / "attachments.yaml").write_text(attachments(1, "p", "nosuch"))
        (tmp_path / "a" / "policies" / "p.json").write_text(broken)
        (tmp_path / "b" / "policies" / "p.json").write_text(GRANT)
        await running.becomes(True, True, of=(1, 2))
        await until(lambda: any(len(each.problems) == 3 for each in running.status.reported_faults.values()))

    *_, alarm = [line for line in follow(tmp_path, scenario) if line["event"] == "account refused"]
    assert [line.removeprefix(f"{tmp_path}/a/").rsplit(": ", 1)[0] for line in alarm["problems"]] == [
        "attachments.yaml:1: UnknownPolicy",
        "policies/p.json:1: InvalidParameter.VersionError",
        "policies/p.json:2: InvalidParameter.EffectError",
    ]


@pytest.mark.usefixtures("_soon")
def test_a_mended_version_comes_into_force(tmp_path):
    write_account(tmp_path, 1)

    async def scenario(running):
        (tmp_path / "policies" / "p.json").write_text("{")
        await until(lambda: running.status.reported_faults)
        assert running.answers(1) == [True]
        (tmp_path / "policies" / "p.json").write_text(NOTHING)
        await running.becomes(False)
        assert running.status.faults == {}

    follow(tmp_path, scenario)


@pytest.mark.parametrize("place", [".", "a"])
@pytest.mark.usefixtures("_soon")
def test_a_deleted_attachments_file_leaves_its_account_in_force_and_is_reported(tmp_path, place):
    folder = write_account(tmp_path / place, 1)
    if place != ".":
        write_account(tmp_path / "other", 2)

    async def scenario(running):
        (folder / "attachments.yaml").unlink()
        await until(lambda: running.status.reported_faults)
        (fault,) = running.status.faults.values()
        assert [(problem.code, problem.file) for problem in fault.problems] == [
            ("MissingFile", str(folder / "attachments.yaml"))
        ]
        assert running.answers(1) == [True]

    follow(tmp_path, scenario)


@pytest.mark.usefixtures("_soon")
def test_all_accounts_gone_leaves_them_in_force_and_is_reported(tmp_path):
    for uin in (1, 2):
        write_account(tmp_path / str(uin), uin)

    async def scenario(running):
        for uin in (1, 2):
            (tmp_path / str(uin)).rename(tmp_path / f".{uin}")
        await until(lambda: WHOLE_SOURCE in running.status.reported_faults)
        assert running.answers(1, 2) == [True, True]

    follow(tmp_path, scenario)


@pytest.mark.usefixtures("_soon")
def test_the_directory_itself_gone_leaves_everything_in_force_until_it_is_back(tmp_path):
    root = write_account(tmp_path / "root", 1)

    async def scenario(running):
        root.rename(tmp_path / "away")
        await until(lambda: WHOLE_SOURCE in running.status.reported_faults)
        assert running.answers(1) == [True]
        (tmp_path / "away" / "policies" / "p.json").write_text(NOTHING)
        (tmp_path / "away").rename(root)
        await running.becomes(False)
        await until(lambda: not running.status.faults)

    follow(root, scenario)


# Several accounts ---------------------------------------------------------------------------------------------------


def test_accounts_come_and_go_with_their_directories(tmp_path):
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / "b", 2)

    async def scenario(running):
        write_account(tmp_path / ".c", 3).rename(tmp_path / "c")
        await running.becomes(True, True, True, of=(1, 2, 3))
        (tmp_path / "b").rename(tmp_path / ".b")
        await running.becomes(True, None, True, of=(1, 2, 3))

    assert follow(tmp_path, scenario) == []


def test_a_second_account_with_the_uin_of_one_in_force_is_refused(tmp_path):
    write_account(tmp_path / "a", 1)

    async def scenario(running):
        write_account(tmp_path / ".b", 1, NOTHING).rename(tmp_path / "b")
        await until(lambda: "b" in running.status.faults)
        assert running.answers(1) == [True]
        assert "is defined in" in running.status.faults["b"].problems[0].message

    follow(tmp_path, scenario)


def test_two_accounts_that_swap_their_uins_are_both_in_force(tmp_path):
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / "b", 2, NOTHING)

    async def scenario(running):
        replace(tmp_path / "a" / "attachments.yaml", attachments(2, "p"))
        replace(tmp_path / "b" / "attachments.yaml", attachments(1, "p"))
        await running.becomes(False, True, of=(1, 2))
        await until(lambda: not running.status.faults)

    follow(tmp_path, scenario)


# The watch ----------------------------------------------------------------------------------------------------------


def test_without_file_events_changes_are_found_by_polling(tmp_path, monkeypatch):
    monkeypatch.setattr(Inotify, "__init__", _refuse)
    write_account(tmp_path, 1, NOTHING)

    async def scenario(running):
        (tmp_path / "policies" / "p.json").write_text(GRANT)
        await running.becomes(True)

    assert follow(tmp_path, scenario) == []


def test_a_watch_that_cannot_be_had_is_told_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Inotify, "__init__", _refuse)
    monkeypatch.setattr(source_module, "_RETRY_SECONDS", 0)
    monkeypatch.setitem(globals(), "is_watched", True)
    write_account(tmp_path, 1, NOTHING)
    tried = []
    real = DirectorySource._new_watch
    monkeypatch.setattr(DirectorySource, "_new_watch", lambda self: tried.append(1) or real(self))

    async def scenario(_):
        await until(lambda: len(tried) > 3)

    with capture_logs() as lines:
        follow(tmp_path, scenario)
    assert len([line for line in lines if "found by polling" in line["event"]]) <= 1


def _refuse(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_watch_that_fails_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "_RETRY_SECONDS", 0)
    write_account(tmp_path, 1, NOTHING)
    failures = iter([OSError(5, "Input/output error")])
    real = Inotify.read

    def fail_once(self):
        for error in failures:
            raise error
        return real(self)

    async def scenario(running):
        monkeypatch.setattr(Inotify, "read", fail_once)
        (tmp_path / "policies" / "p.json").write_text(GRANT)
        await running.becomes(True)
        (tmp_path / "policies" / "p.json").write_text(NOTHING)
        await running.becomes(False)

    follow(tmp_path, scenario)
