"""Versions of custom policies."""

from dataclasses import replace

import pytest

from authz.store.errors import ConflictError, MissingError
from authz.store.records import PolicyVersionRecord
from tests.store.writing import ALLOW, ROOT, author, write_small_account


def test_numbers_are_never_used_again(database):
    policy, *_ = write_small_account(database)
    with database.write(author("CreatePolicyVersion")) as writer:
        assert writer.versions.add(ROOT, policy.id, "{}", 3.0).version == 2
        writer.versions.remove(ROOT, policy.id, 2)
        assert writer.versions.add(ROOT, policy.id, "{}", 4.0).version == 3
    with database.read() as reader:
        assert [each.version for each in reader.versions.list(ROOT, policy.id)] == [1, 3]
        assert reader.versions.count(ROOT, policy.id) == 2


def test_the_default_version_is_not_removed(database):
    policy, *_ = write_small_account(database)
    with pytest.raises(ConflictError, match="version 1 is the default one"), database.write(author()) as writer:
        writer.versions.remove(ROOT, policy.id, 1)


def test_a_text_is_changed_in_place(database):
    policy, *_ = write_small_account(database)
    with database.write(author("UpdatePolicy")) as writer:
        version = writer.versions.get(ROOT, policy.id, 1)
        assert version.document == ALLOW
        writer.versions.update(replace(version, document="{}"))
    with database.read() as reader:
        assert reader.policies.document(ROOT, policy.id) == "{}"


def test_an_import_keeps_the_numbers(database):
    policy, *_ = write_small_account(database)
    with database.write(author()) as writer:
        writer.versions.put(PolicyVersionRecord(ROOT, policy.id, 7, "{}", 1.0))
        assert writer.policies.get(ROOT, policy.id).last_version == 7
    with pytest.raises(ConflictError, match="has a version 7 already"), database.write(author()) as writer:
        writer.versions.put(PolicyVersionRecord(ROOT, policy.id, 7, "{}", 1.0))
    with pytest.raises(MissingError), database.write(author()) as writer:
        writer.versions.add(ROOT, 77, "{}", 1.0)
