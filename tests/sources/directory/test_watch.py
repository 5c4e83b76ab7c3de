"""Which events of which folders are told, and for which account."""

import asyncio

import pytest

from authz.sources.directory import inotify
from authz.sources.directory.inotify import Inotify
from authz.sources.directory.settling import Writing
from authz.sources.directory.watch import FolderWatch
from tests.logs import capture_logs
from tests.sources.folders import NOTHING, write_account
from tests.waiting import until


class Heard:
    """A watch on a root with all accounts covered, and what it told."""

    def __init__(self, root, *keys):
        self.notes = []
        self.watch = FolderWatch(root, lambda *note: self.notes.append(note))
        self.watch.cover_root()
        for key in keys:
            self.watch.cover(key)

    def after(self, act):
        """What is told after `act()`, each once."""
        self.notes.clear()
        act()
        while self.watch.pump():
            pass
        return set(self.notes)


@pytest.fixture
def heard(tmp_path):
    """With two accounts, `a` and `b`, below a root."""
    for key, uin in (("a", 1), ("b", 2)):
        write_account(tmp_path / "root" / key, uin)
    made = Heard(tmp_path / "root", "a", "b")
    yield made
    made.watch.close()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


def test_a_file_that_is_written_is_told_by_name_and_then_that_it_was_closed(heard, root):
    told = heard.after(lambda: (root / "a" / "policies" / "p.json").write_text(NOTHING))
    assert told == {("a", "policies/p.json", Writing.OPEN), ("a", "policies/p.json", Writing.CLOSED)}
    assert heard.notes[-1][2] is Writing.CLOSED


def test_a_file_that_is_renamed_into_place_is_whole_at_once(heard, root):
    def rename():
        (root / "a" / ".new").write_text("account: '1'")
        (root / "a" / ".new").rename(root / "a" / "attachments.yaml")

    assert heard.after(rename) == {("a", "attachments.yaml", Writing.CLOSED)}


def test_files_that_are_of_no_account_are_not_told(heard, root):
    def write():
        for name in ("notes.txt", ".hidden.json", "policies/.p.json.swp"):
            (root / "a" / name).write_text("x")
        (root / ".hidden").mkdir()

    assert heard.after(write) == set()


def test_a_folder_that_comes_goes_or_may_no_longer_be_read_may_have_changed_altogether(heard, root):
    anything = {("a", None, Writing.UNSURE)}
    assert heard.after(lambda: (root / "a").chmod(0o700)) == anything
    assert heard.after(lambda: (root / "a").rename(root / ".a")) == anything
    assert heard.after(lambda: (root / ".a").rename(root / "a")) == anything
    heard.watch.cover("a")
    assert heard.after(lambda: (root / "a" / "policies").rename(root / "a" / "p")) == anything
    assert heard.after((root / "c").mkdir) == {("c", None, Writing.UNSURE)}


def test_a_folder_that_was_moved_away_is_watched_no_more_and_one_in_its_place_is(heard, root, tmp_path):
    (root / "a").rename(tmp_path / "away")
    heard.after(lambda: None)
    write_account(root / "a", 1)
    heard.watch.cover("a")
    heard.after(lambda: None)
    assert heard.after(lambda: (tmp_path / "away" / "attachments.yaml").write_text("x")) == set()
    assert ("a", "attachments.yaml", Writing.CLOSED) in heard.after(
        lambda: (root / "a" / "attachments.yaml").write_text("x")
    )


def test_where_the_root_or_what_leads_to_it_changes_anything_may_have(tmp_path):
    write_account(tmp_path / "v1" / "a", 1)
    write_account(tmp_path / "v2" / "a", 1)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "current").symlink_to(tmp_path / "v1")
    (tmp_path / "root").symlink_to(tmp_path / "links" / "current")
    heard = Heard(tmp_path / "root", "a")

    def swap():
        (tmp_path / "links" / "new").symlink_to(tmp_path / "v2")
        (tmp_path / "links" / "new").rename(tmp_path / "links" / "current")

    anything = (None, None, Writing.UNSURE)
    assert heard.after(swap) == {anything}
    assert anything in heard.after(lambda: (tmp_path / "v1").rename(tmp_path / "old"))
    assert heard.after((tmp_path / "links" / "other").touch) == set()
    heard.watch.close()


def test_a_directory_that_is_one_account_tells_of_its_files_alone(tmp_path):
    write_account(tmp_path, 1)
    heard = Heard(tmp_path, "")
    assert heard.after((tmp_path / "attachments.yaml").unlink) == {("", "attachments.yaml", Writing.CLOSED)}
    heard.watch.close()


def test_a_folder_of_accounts_that_becomes_one_may_have_changed_altogether(heard, root):
    assert (None, None, Writing.UNSURE) in heard.after(lambda: (root / "attachments.yaml").write_text("x"))


def test_what_links_lead_to_is_watched_for_all_accounts_that_have_such_links(heard, root, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    for key in "ab":
        heard.watch.cover_links(key, [str(shared)])
    told = heard.after(lambda: (shared / "p.json").write_text("x"))
    assert told == {("a", None, Writing.UNSURE), ("b", None, Writing.UNSURE)}
    heard.watch.cover_links("a", [])
    assert heard.after(lambda: (shared / "p.json").write_text("y")) == {("b", None, Writing.UNSURE)}
    assert heard.after(lambda: (root / "b" / "..data").symlink_to("x")) == {("b", None, Writing.UNSURE)}


def test_accounts_that_are_links_may_change_with_a_hidden_name_of_the_root(heard, root):
    heard.watch.has_linked_places = True
    assert heard.after(lambda: (root / "..data").symlink_to("x")) == {(None, None, Writing.UNSURE)}


def test_an_account_that_is_gone_is_watched_no_more(heard, root):
    assert heard.watch.covers("a")
    heard.watch.uncover("a")
    assert not heard.watch.covers("a")
    assert heard.after(lambda: (root / "a" / "attachments.yaml").write_text("x")) == set()


def test_an_overflow_of_events_means_that_anything_may_have_changed(heard, monkeypatch):
    events = iter([[inotify.Event(-1, inotify.OVERFLOW, "")]])
    monkeypatch.setattr(Inotify, "read", lambda _: next(events, []))
    assert heard.after(lambda: None) == {(None, None, Writing.UNSURE)}


def test_where_not_all_folders_can_be_watched_that_is_told_once_and_known(heard, root, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Inotify, "add", refuse)
    write_account(root / "c", 3)
    with capture_logs() as lines:
        for key in ("c", "c", "d"):
            heard.watch.cover(key)
    assert [(line["log_level"], "max_user_watches" in line["advice"]) for line in lines] == [("warning", True)]
    assert (heard.watch.is_complete, heard.watch.covers("c"), heard.watch.covers("a")) == (False, False, True)
    heard.watch.uncover("c")
    heard.watch.uncover("d")
    assert heard.watch.is_complete


def test_whoever_waits_is_woken_by_events_alone(heard, root):
    async def scenario():
        woken = []
        task = asyncio.create_task(heard.watch.run(lambda: woken.append(1)))
        await asyncio.sleep(0)
        (root / "a" / "attachments.yaml").write_text("x")
        await until(lambda: woken and heard.notes)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())


def test_a_writer_that_never_rests_does_not_keep_whoever_listens_from_other_work(heard, root):
    """Events that are alike become one: a writer's thousand writes are a few reads of a few events."""
    with (root / "a" / "policies" / "p.json").open("w") as file:
        for _ in range(1000):
            file.write("x")
            file.flush()
    heard.after(lambda: None)
    assert len(heard.notes) < 10
