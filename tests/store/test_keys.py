"""Access keys in the store."""

import pytest

from authz.store.database import Database
from authz.store.errors import ConflictError, MasterKeyError, MissingError
from authz.store.records import AccessKeyRecord, KeyStatus
from tests.store.writing import ROOT, author, write_small_account

SECRET = "a-secret-that-nobody-sees"


def with_keys(database):
    _, alice, _, _ = write_small_account(database)
    with database.write(author("CreateAccessKey")) as writer:
        writer.keys.add(AccessKeyRecord(ROOT, "AKID1", alice.uin, created_at=1.0), SECRET)
        writer.keys.add(AccessKeyRecord(ROOT, "AKID2", ROOT, created_at=2.0), "other")
    return alice


def test_a_secret_is_read_again_and_shown_nowhere(database):
    alice = with_keys(database)
    with database.read() as reader:
        assert reader.keys.secret("AKID1") == SECRET
        assert [key.secret_id for key in reader.keys.list(ROOT, alice.uin)] == ["AKID1"]
        assert [key.secret_id for key in reader.keys.list(ROOT)] == ["AKID1", "AKID2"]
        assert reader.keys.count(ROOT, ROOT) == 1
        assert SECRET not in repr(reader.changes.latest(10))
        raw = reader.connection.exec_driver_sql("SELECT * FROM access_keys").all()
    assert SECRET not in repr(raw)


def test_a_secret_needs_the_master_key(database, database_url):
    with_keys(database)
    without = Database.open(database_url)
    with pytest.raises(MasterKeyError, match="no master key is given"), without.read() as reader:
        reader.keys.secret("AKID1")
    without.close()


def test_a_secret_that_was_moved_to_another_key_is_refused(database):
    with_keys(database)
    with database.write(author()) as writer:
        writer.connection.exec_driver_sql(
            "UPDATE access_keys SET sealed_secret = (SELECT sealed_secret FROM access_keys WHERE secret_id = 'AKID2')"
        )
        with pytest.raises(MasterKeyError, match="the secret of access key AKID1 was changed"):
            writer.keys.secret("AKID1")


def test_keys_are_switched_off_and_removed(database):
    alice = with_keys(database)
    with database.write(author("UpdateAccessKey")) as writer:
        writer.keys.update(AccessKeyRecord(ROOT, "AKID1", alice.uin, KeyStatus.INACTIVE, created_at=1.0))
    with database.write(author("DeleteAccessKey")) as writer:
        assert writer.keys.get("AKID1").status is KeyStatus.INACTIVE
        writer.keys.remove(ROOT, "AKID1")
        assert writer.keys.get("AKID1") is None
    with pytest.raises(MissingError), database.write(author()) as writer:
        writer.keys.remove("200", "AKID2")
    with pytest.raises(ConflictError, match="exists already"), database.write(author()) as writer:
        writer.keys.add(AccessKeyRecord(ROOT, "AKID2", ROOT), "again")


def test_another_master_key_opens_every_secret_after_the_change(database, database_url):
    from authz.store.secrets import MasterKey  # noqa: PLC0415

    with_keys(database)
    new = MasterKey(bytes(32))
    assert database.rotate(new) == 2
    with database.read() as reader:
        assert reader.keys.secret("AKID1") == SECRET
    with pytest.raises(MasterKeyError, match="sealed with master key"):
        Database.open(database_url, MasterKey(bytes(range(32))))


def test_a_key_and_its_secret_are_found_in_one_query(database):
    with database.write(author("CreateAccessKey")) as writer:
        record = writer.keys.add(AccessKeyRecord(ROOT, "AKIDfound", ROOT, created_at=1.0), "its secret")
    with database.read() as reader:
        assert reader.keys.find("AKIDfound") == (record, "its secret")
        assert reader.keys.find("AKIDnone") is None
