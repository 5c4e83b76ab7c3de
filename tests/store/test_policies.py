"""Custom policies in the store."""

from dataclasses import replace

import pytest

from authz.store.errors import ConflictError, MissingError
from authz.store.records import AttachmentRecord, HolderKind, PolicyRecord, UserRecord
from tests.store.writing import ALLOW, ROOT, author, write_small_account


def test_a_policy_begins_with_one_version(database):
    with database.write(author("CreatePolicy")) as writer:
        policy = writer.policies.add(PolicyRecord(ROOT, 0, "p", updated_at=2.5), ALLOW)
    assert policy.id == 1_000_001
    with database.read() as reader:
        assert reader.policies.document(ROOT, policy.id) == ALLOW
        assert reader.policies.document(ROOT, 5) is None
        assert [(each.version, each.created_at) for each in reader.versions.list(ROOT, policy.id)] == [(1, 2.5)]


def test_an_id_of_presets_is_not_that_of_a_custom_policy(database):
    with pytest.raises(ConflictError, match="`5` is not an id of a custom policy"), database.write(author()) as writer:
        writer.policies.add(PolicyRecord(ROOT, 5, "p"), ALLOW)


def test_names_are_unique_without_regard_to_case(database):
    write_small_account(database)
    with pytest.raises(ConflictError, match="a policy named `IM-ALL`"), database.write(author()) as writer:
        writer.policies.add(PolicyRecord(ROOT, 0, "IM-ALL"), ALLOW)


def test_the_default_version_must_exist(database):
    policy, *_ = write_small_account(database)
    with pytest.raises(MissingError, match="no policy_version"), database.write(author()) as writer:
        writer.policies.update(replace(policy, default_version=3))


def test_a_boundary_is_not_removed_and_other_policies_go_with_their_attachments(database):
    policy, alice, _, _ = write_small_account(database)
    message = "is the permissions boundary of a user"
    with pytest.raises(ConflictError, match=message), database.write(author("DeletePolicy")) as writer:
        writer.policies.remove(ROOT, policy.id)
    with database.write(author()) as writer:
        writer.users.update(replace(alice, boundary_id=None))
        writer.policies.remove(ROOT, policy.id)
    with database.read() as reader:
        assert reader.policies.list(ROOT) == reader.versions.list(ROOT, policy.id) == ()
        assert reader.attachments.list(ROOT) == ()


def test_presets_are_attached_without_being_in_the_database(database):
    with database.write(author()) as writer:
        user = writer.users.add(UserRecord(ROOT, "", "alice", boundary_id=1))
        assert writer.attachments.add(AttachmentRecord(ROOT, HolderKind.USER, user.uin, 524252))
        assert not writer.attachments.add(AttachmentRecord(ROOT, HolderKind.USER, user.uin, 524252))
    with pytest.raises(ConflictError, match="refuses the change"), database.write(author()) as writer:
        writer.attachments.add(AttachmentRecord(ROOT, HolderKind.USER, user.uin, 1_000_777))
    with database.read() as reader:
        assert reader.attachments.counts(ROOT, [524252, 1]) == {524252: 1}
        assert reader.attachments.count(ROOT, HolderKind.USER, user.uin) == 1
