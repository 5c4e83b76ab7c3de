"""Console passwords in the store."""

import pytest

from authz.store.errors import ConflictError
from authz.store.records import PasswordRecord
from tests.store.writing import ROOT, author

HASH = "$argon2id$v=19$m=65536$c2VjcmV0"


def test_a_password_is_set_changed_and_removed(database):
    with database.write(author("SetPassword")) as writer:
        writer.passwords.put(PasswordRecord(ROOT, ROOT, HASH, needs_reset=True))
        writer.passwords.put(PasswordRecord(ROOT, ROOT, HASH + "2"))
    with database.read() as reader:
        assert reader.passwords.get(ROOT, ROOT) == PasswordRecord(ROOT, ROOT, HASH + "2")
        (change,) = reader.changes.latest(1)
    assert "argon2" not in repr(change)
    assert [item.after["needs_reset"] for item in change.items] == [True, False]
    assert "argon2" not in repr(PasswordRecord(ROOT, ROOT, HASH))
    with database.write(author()) as writer:
        assert writer.passwords.remove(ROOT, ROOT)
        assert not writer.passwords.remove(ROOT, ROOT)


def test_a_password_needs_its_user(database):
    with pytest.raises(ConflictError), database.write(author()) as writer:
        writer.passwords.put(PasswordRecord(ROOT, "9", HASH))
