"""Root accounts in the store."""

import pytest

from authz.store.errors import ConflictError, MissingError
from authz.store.records import AccessKeyRecord, AccountRecord, PasswordRecord
from tests.store.writing import OTHER, ROOT, author, write_small_account


def test_an_account_is_added_once(database):
    with pytest.raises(ConflictError, match="account 100 exists already"), database.write(author()) as writer:
        writer.accounts.add(AccountRecord(ROOT))


def test_an_account_goes_with_everything_that_it_has(database):
    _, alice, _, _ = write_small_account(database)
    with database.write(author()) as writer:
        writer.keys.add(AccessKeyRecord(ROOT, "AKID1", alice.uin), "secret")
        writer.passwords.put(PasswordRecord(ROOT, ROOT, "hash"))
    with database.write(author("DeleteAccount")) as writer:
        writer.accounts.remove(ROOT)
    with database.read() as reader:
        assert reader.accounts.list() == ()
        assert reader.users.list(ROOT) == reader.policies.list(ROOT) == reader.keys.list(ROOT) == ()
        removed = reader.changes.latest(1)[0].items
    assert {item.after for item in removed} == {None}
    assert [item.entity for item in removed][-1] == "account"
    with pytest.raises(MissingError, match="there is no account `100`"), database.write(author()) as writer:
        writer.accounts.remove(ROOT)


def test_each_account_knows_the_revision_of_its_last_change(database):
    with database.write(author("CreateAccount", OTHER)) as writer:
        writer.accounts.add(AccountRecord(OTHER))
    write_small_account(database)
    with database.read() as reader:
        assert reader.accounts.revisions() == {ROOT: 3, OTHER: 2}
        assert reader.accounts.revisions(since=2) == {ROOT: 3}
        assert reader.accounts.page(1, 1) == (2, (AccountRecord(OTHER),))
