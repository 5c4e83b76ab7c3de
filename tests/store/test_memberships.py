"""Which users are in which groups."""

import pytest

from authz.store.errors import ConflictError
from authz.store.records import GroupRecord, MembershipRecord
from tests.store.writing import ROOT, author, write_small_account


def test_joining_twice_writes_nothing(database):
    _, alice, ops, _ = write_small_account(database)
    with database.write(author("AddUserToGroup")) as writer:
        assert not writer.memberships.add(MembershipRecord(ROOT, ops.id, alice.uin))
    assert writer.revision == 2


def test_groups_are_listed_as_they_were_joined(database):
    _, alice, ops, _ = write_small_account(database)
    with database.write(author()) as writer:
        other = writer.groups.add(GroupRecord(ROOT, 0, "admins"))
        writer.memberships.add(MembershipRecord(ROOT, other.id, alice.uin))
    with database.read() as reader:
        assert reader.memberships.groups_of(ROOT, alice.uin) == (2, (ops, other))
        assert reader.memberships.groups_of(ROOT, alice.uin, 1, 1) == (2, (other,))
        assert reader.memberships.members(ROOT, other.id, 0, 1) == (1, (alice,))
        assert reader.memberships.count(ROOT) == 2


def test_a_membership_needs_its_user_and_its_group(database):
    _, alice, ops, _ = write_small_account(database)
    for group_id, uin in ((7, alice.uin), (ops.id, "9")):
        with pytest.raises(ConflictError, match="refuses the change"), database.write(author()) as writer:
            writer.memberships.add(MembershipRecord(ROOT, group_id, uin))


def test_leaving_is_done_once(database):
    _, alice, ops, _ = write_small_account(database)
    with database.write(author("RemoveUserFromGroup")) as writer:
        assert writer.memberships.remove(ROOT, ops.id, alice.uin)
        assert not writer.memberships.remove(ROOT, ops.id, alice.uin)
