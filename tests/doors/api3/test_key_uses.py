"""The last use of keys: noted at once, written later, and not lost when that fails."""

import pytest

from authz.doors.api3.key_uses import KeyUses
from authz.store.database import Database
from authz.store.errors import StoreError


@pytest.fixture
def database(sqlite_url):
    opened = Database.open(sqlite_url)
    yield opened
    opened.close()


def used(database, *ids):
    with database.read() as reader:
        return reader.usage.key_uses(ids)


def test_uses_are_written_together_with_the_last_time_of_each(database):
    uses = KeyUses(database)
    uses.note("a", 1.0)
    uses.note("a", 3.0)
    uses.note("b", 2.0)
    assert used(database, "a", "b") == {}
    uses.write()
    assert used(database, "a", "b", "c") == {"a": 3.0, "b": 2.0}
    assert database.revision() == 0


def test_what_cannot_be_written_is_kept(database, monkeypatch):
    uses = KeyUses(database)
    uses.note("a", 1.0)
    uses.note("b", 1.0)

    def fail():
        uses.note("b", 2.0)
        raise StoreError("down")

    with monkeypatch.context() as patch:
        patch.setattr(database, "note", fail)
        with pytest.raises(StoreError):
            uses.write()
    uses.write()
    assert used(database, "a", "b") == {"a": 1.0, "b": 2.0}


def test_nothing_to_write_opens_no_transaction(database, monkeypatch):
    monkeypatch.setattr(database, "note", None)
    KeyUses(database).write()
