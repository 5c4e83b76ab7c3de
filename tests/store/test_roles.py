"""Roles in the store."""

from dataclasses import replace

import pytest

from authz.store.errors import ConflictError, MissingError
from authz.store.records import HolderKind, RoleRecord
from tests.store.writing import ROOT, TRUST, author, write_small_account


def test_ids_are_strings_of_large_numbers(database):
    *_, role = write_small_account(database)
    assert role.id == "4611686018427387905"
    with database.read() as reader:
        assert reader.roles.get(ROOT, role.id) == reader.roles.find_by_name(ROOT, "CI") == role
        assert reader.roles.get(ROOT, "no number") is reader.roles.get(ROOT, "9" * 40) is None


def test_names_are_unique_without_regard_to_case(database):
    write_small_account(database)
    with pytest.raises(ConflictError, match="a role named `CI` exists already"), database.write(author()) as writer:
        writer.roles.add(RoleRecord(ROOT, "", "CI", TRUST))


def test_a_role_is_changed_and_removed_with_its_attachments(database):
    policy, _, _, role = write_small_account(database)
    with database.write(author()) as writer:
        writer.roles.update(replace(role, description="new", boundary_id=policy.id, tags=(("a", "b"),)))
    with database.read() as reader:
        assert [each.description for each in reader.roles.bounded_by(ROOT, policy.id)] == ["new"]
        assert reader.roles.boundary_counts(ROOT, [policy.id]) == {policy.id: 1}
        assert reader.roles.page(ROOT, 0, 5, "c")[0] == 1
    with database.write(author("DeleteRole")) as writer:
        writer.roles.remove(ROOT, role.id)
    with database.read() as reader:
        assert reader.roles.count(ROOT) == 0
        assert reader.attachments.of_holder(ROOT, HolderKind.ROLE, role.id) == ()
    with pytest.raises(MissingError), database.write(author()) as writer:
        writer.roles.remove(ROOT, role.id)
