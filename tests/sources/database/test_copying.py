"""The last good copy is written beside the work, and a failure is made good."""

from contextlib import contextmanager

import pytest

from authz.sources.database.copying import Copying
from authz.sources.database.last_good import LastGoodCopy
from authz.store.account_rows import AccountRows
from authz.store.records import AccountRecord
from tests.logs import capture_logs
from tests.waiting import eventually


def rows(uin, revision):
    return AccountRows(AccountRecord(uin, revision=revision))


class Shop:
    """All accounts, and how often they were all read."""

    def __init__(self, folder):
        self.accounts = {}
        self.revision = 0
        self.times = 0
        self.copy = LastGoodCopy(folder, "url")
        self.copying = Copying(self.copy, self._everything)

    @contextmanager
    def _everything(self):
        self.times += 1
        yield "identity", self.revision, list(self.accounts.values())

    def change(self, *uins, removed=(), since=None):
        since = self.revision if since is None else since
        self.revision += 1
        changed = {uin: rows(uin, self.revision) for uin in uins}
        self.accounts.update(changed)
        for uin in removed:
            del self.accounts[uin]
        self.copying.submit("identity", since, self.revision, changed, removed)

    def is_copied(self):
        head = self.copy.head()
        return head is not None and head.revision == self.revision and self.copy.rows(["a", "b"]) == self.accounts


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "copies")
    yield made
    made.copying.close()


def test_changes_are_added_to_the_copy(shop):
    shop.copy.path.parent.mkdir()
    shop.change("a")
    eventually(shop.is_copied)
    shop.change("b")
    shop.change("a")
    shop.change(removed=["b"])
    eventually(shop.is_copied)
    assert shop.times == 1  # the first time only


def test_a_folder_that_is_missing_is_logged_once_and_made_good(shop):
    with capture_logs() as lines:
        for _ in range(3):
            shop.change("a")
            eventually(lambda: shop.copying._is_behind and shop.copying._waiting is None)
        eventually(lambda: lines)
        shop.copy.path.parent.mkdir()
        shop.change("b")
        eventually(shop.is_copied)
    assert [line["event"] for line in lines] == ["last good copy is not written", "last good copy written"]


def test_what_waits_is_written_before_the_end(shop):
    shop.copy.path.parent.mkdir()
    shop.change("a", "b")
    shop.copying.close()
    assert shop.is_copied()
    shop.change("a")
    eventually(shop.is_copied)


def test_what_another_sidecar_wrote_and_is_newer_stays(tmp_path):
    copy = LastGoodCopy(tmp_path, "url")
    assert copy.write("identity", 5, [rows("a", 5)], (), since=None)
    assert copy.write("identity", 4, [rows("a", 3)], (), since=3)
    assert (copy.head().revision, copy.revisions()) == (5, {"a": 5})
    assert not copy.write("identity", 9, [rows("b", 9)], (), since=7)
    assert not copy.write("another", 9, [rows("b", 9)], (), since=5)
    assert copy.write("another", 1, [rows("b", 1)], (), since=None)
    assert (copy.head().identity, copy.revisions()) == ("another", {"b": 1})
