"""User groups in the store."""

from dataclasses import replace

import pytest

from authz.store.errors import ConflictError, MissingError
from authz.store.records import GroupRecord, HolderKind
from tests.store.writing import ROOT, author, write_small_account


def test_ids_are_chosen_and_those_given_are_not_chosen_again(database):
    with database.write(author()) as writer:
        given = [writer.groups.add(GroupRecord(ROOT, each, f"g{each}")).id for each in (0, 5)]
        chosen = writer.groups.add(GroupRecord(ROOT, 0, "last")).id
    assert (given, chosen) == ([1, 5], 6)


def test_names_are_unique_without_regard_to_case(database):
    _, _, ops, _ = write_small_account(database)
    with pytest.raises(ConflictError, match="a group named `OPS` exists already"), database.write(author()) as writer:
        writer.groups.add(GroupRecord(ROOT, 0, "OPS"))
    with database.write(author()) as writer:
        writer.groups.update(replace(ops, name="OPS"))
    with pytest.raises(MissingError), database.write(author()) as writer:
        writer.groups.update(replace(ops, id=77, name="none"))


def test_a_group_goes_and_its_members_stay(database):
    _, alice, ops, _ = write_small_account(database)
    with database.write(author("DeleteGroup")) as writer:
        writer.groups.remove(ROOT, ops.id)
    with database.read() as reader:
        assert reader.groups.page(ROOT, 0, 5) == (0, ())
        assert reader.memberships.groups_of(ROOT, alice.uin) == (0, ())
        assert reader.attachments.of_holder(ROOT, HolderKind.GROUP, str(ops.id)) == ()
        assert reader.users.list(ROOT) == (alice,)
