"""Transactions of the store, on both databases."""

import threading

import pytest

from authz.store.database import Database
from authz.store.errors import MasterKeyError, StoreError
from authz.store.records import AccountRecord, UserRecord
from authz.store.secrets import MasterKey
from tests.store.writing import ROOT, author


def fail_after(_done):
    raise ZeroDivisionError


def test_a_change_comes_into_force_with_a_revision_of_its_own(database):
    assert database.revision() == 1
    with database.write(author()) as writer:
        user = writer.users.add(UserRecord(ROOT, "", "alice", tags=(("b", "1"), ("a", "2"))))
    assert writer.revision == database.revision() == 2
    with database.read() as reader:
        assert reader.users.list(ROOT) == (user,)
        assert reader.accounts.get(ROOT).revision == 2


def test_a_transaction_that_changes_nothing_makes_no_revision(database):
    with database.write(author()) as writer:
        writer.accounts.update(AccountRecord(ROOT, "1250000000", created_at=1.5))
    assert writer.revision == database.revision() == 1


def test_an_exception_undoes_all_that_was_written(database):
    with pytest.raises(ZeroDivisionError), database.write(author()) as writer:
        fail_after(writer.users.add(UserRecord(ROOT, "", "alice")))
    with database.read() as reader:
        assert reader.users.list(ROOT) == ()
        assert reader.revision == 1


def test_a_reader_sees_one_snapshot_however_long_it_reads(database):
    with database.read() as reader:
        assert reader.users.count(ROOT) == 0
        with database.write(author()) as writer:
            writer.users.add(UserRecord(ROOT, "", "alice"))
        assert (reader.revision, reader.users.count(ROOT)) == (1, 0)
    with database.read() as reader:
        assert (reader.revision, reader.users.count(ROOT)) == (2, 1)


def test_writers_on_many_threads_come_one_after_another(database):
    def write(number):
        for turn in range(5):
            with database.write(author()) as writer:
                writer.users.add(UserRecord(ROOT, "", f"user-{number}-{turn}"))
            revisions.append(writer.revision)

    revisions = []
    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == list(range(2, 32))
    with database.read() as reader:
        users = reader.users.list(ROOT)
        assert len({user.uin for user in users}) == len({user.uid for user in users}) == 30
        assert [change.revision for change in reader.changes.since(0, 100)] == list(range(1, 32))


def test_a_transaction_must_not_write_to_another_account(database):
    message = "a transaction on account 100 must not write to 200"
    with pytest.raises(ValueError, match=message), database.write(author()) as writer:
        writer.users.add(UserRecord("200", "", "alice"))


@pytest.mark.usefixtures("database")
def test_another_master_key_is_refused_at_the_opening(database_url):
    with pytest.raises(MasterKeyError, match="sealed with master key"):
        Database.open(database_url, MasterKey(bytes(32)))


def test_secrets_are_sealed_anew_with_another_master_key(database, database_url):
    sealed = database.seal("token", "session 1")
    new = MasterKey(bytes(32))
    assert database.rotate(new) == 0
    Database.open(database_url, new).close()
    with pytest.raises(MasterKeyError):
        database.unseal(sealed, "session 1")


def test_a_database_that_is_not_there_is_an_error_without_its_password(tmp_path):
    with pytest.raises(StoreError) as caught:
        Database.open(f"postgresql://root:letmein@/authz?host={tmp_path}")
    assert str(caught.value).startswith("cannot reach postgresql://root:***@/authz?host=")
    assert "letmein" not in str(caught.value)
    with pytest.raises(StoreError, match="there is no file"):
        Database.open(f"sqlite:///{tmp_path}/none.db")


def test_a_server_that_comes_back_is_used_again(postgres, postgresql_url):
    database = Database.open(postgresql_url)
    postgres.kill()
    with pytest.raises(StoreError, match="cannot reach"):
        database.revision()
    postgres.start()
    assert database.revision() == 0
    database.close()
