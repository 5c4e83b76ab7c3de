"""The change log: every write is in it."""

from authz.store.author import Channel
from authz.store.records import AccountRecord
from tests.store.writing import OTHER, ROOT, author, write_small_account


def test_an_entry_says_who_changed_what(database):
    _, alice, _, _ = write_small_account(database)
    with database.write(author("UpdateUser")) as writer:
        writer.users.update(writer.users.get(ROOT, alice.uin).__class__(ROOT, alice.uin, "alice", alice.uid, "remark"))
    with database.read() as reader:
        (change,) = reader.changes.latest(1)
        assert reader.changes.get(change.revision) == change
        assert reader.changes.revision_at(change.at) == change.revision
        assert reader.changes.revision_at(0.0) == 0
    assert (change.revision, change.account, change.channel, change.action) == (3, ROOT, Channel.API, "UpdateUser")
    assert (change.principal, change.request_id, change.address) == ("qcs::cam::uin/100:root", "request-1", "192.0.2.1")
    (item,) = change.items
    assert (item.entity, item.before["remark"], item.after["remark"]) == ("user", "", "remark")


def test_entries_are_read_by_account_and_by_page(database):
    with database.write(author("CreateAccount", OTHER)) as writer:
        writer.accounts.add(AccountRecord(OTHER))
    write_small_account(database)
    with database.read() as reader:
        read = reader.changes
        assert [each.revision for each in read.since(0, 10)] == [1, 2, 3]
        assert [each.revision for each in read.since(1, 1)] == [2]
        assert [each.revision for each in read.since(0, 10, ROOT)] == [1, 3]
        assert [each.revision for each in read.latest(2)] == [3, 2]
        assert [each.revision for each in read.latest(5, ROOT, before=3)] == [1]
