"""Accounts of a database, read once."""

from dataclasses import replace

import pytest

from authz.errors import InvalidAccountError, SourceError
from authz.sources.database.state import Moment, find_problems, read_account
from authz.store.database import Database
from authz.store.records import AccountRecord, PolicyRecord
from authz.store.url import DatabaseUrl
from tests.store.writing import ALLOW, OTHER, ROOT, author, write_small_account


@pytest.fixture
def written(database_url):
    times = iter(range(100, 1000, 100))
    database = Database.open(database_url, clock=lambda: float(next(times)))
    with database.write(author("CreateAccount")) as writer:
        writer.accounts.add(AccountRecord(ROOT))
    policy, alice, _, _ = write_small_account(database)
    with database.write(author("UpdateUser")) as writer:
        writer.users.update(replace(alice, name="bob"))
    yield database, policy
    database.close()


@pytest.mark.usefixtures("written")
def test_an_account_is_read_as_it_is_and_as_it_was(database_url):
    url = DatabaseUrl(database_url)

    def name(moment):
        (user,) = read_account(url, ROOT, moment).users.values()
        return user.name

    assert (name(Moment()), name(Moment(3)), name(Moment(2))) == ("bob", "bob", "alice")
    assert (name(Moment(time=300.5)), name(Moment(time=299.0))) == ("bob", "alice")
    assert read_account(url, ROOT, Moment(1)).users == {}
    assert read_account(url, ROOT, Moment(0)) is read_account(url, OTHER, Moment()) is None
    with pytest.raises(SourceError, match="revision 4 does not exist yet; the current one is 3"):
        read_account(url, ROOT, Moment(4))


def test_every_account_is_validated_and_linted(written, database_url):
    database, policy = written
    with database.write(author("CreatePolicy")) as writer:
        writer.policies.add(PolicyRecord(ROOT, 0, "unused"), ALLOW.replace("name/im:*", "name/im:NoSuchAction"))
        writer.versions.update(replace(writer.versions.get(ROOT, policy.id, 1), document="{"))
    with database.write(author("CreateAccount", OTHER)) as writer:
        writer.accounts.add(AccountRecord(OTHER))
    bad, good = find_problems(DatabaseUrl(database_url))
    assert (bad.uin, good) == (ROOT, (OTHER, ()))
    assert {(each.file, each.code) for each in bad.problems} >= {
        (f"100/policyid/{policy.id}", "InvalidParameter.PolicyDocumentError"),
        (f"100/policyid/{policy.id + 1}", "Lint.Unattached"),
    }
    with pytest.raises(InvalidAccountError):
        read_account(DatabaseUrl(database_url), ROOT, Moment())
