"""The flows of the source documents by hand, from end to end, on both databases."""

import pytest

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from tests.builders import ROOT_UIN
from tests.control.planes import IM_ALL, ROOT_TRUST, SMS_ALL, root, user

CAM_FULL = 596169


def denied(call, *args, **fields):
    with pytest.raises(ControlError) as caught:
        call(*args, **fields)
    assert caught.value.code == "AuthFailure.UnauthorizedOperation"
    return caught.value.message


def test_a_sub_account_is_made_granted_and_revoked(any_plane):
    # requirements F, G, H
    plane, admin = any_plane, root()
    alice = plane.users.add_user(admin, name="alice", console_login=True, use_api=True, need_reset_password=True)
    caller = user(alice.uin)
    message = denied(plane.users.add_user, caller, name="bob")
    assert message == (
        "you are not authorized to perform operation (cam:AddUser)\n"
        f"resource (qcs::cam::uin/{ROOT_UIN}:uin/*) has no permission"
    )
    plane.attachments.attach_user_policy(admin, policy_id=CAM_FULL, attach_uin=alice.uin)
    assert plane.users.add_user(caller, name="bob").name == "bob"
    plane.attachments.detach_user_policy(admin, policy_id=CAM_FULL, detach_uin=alice.uin)
    denied(plane.users.add_user, caller, name="carol")
    assert [each.name for each in plane.users.list_users(admin)] == ["alice", "bob"]


def test_rights_come_through_groups_and_end_with_the_membership(any_plane):
    plane, admin = any_plane, root()
    alice = plane.users.add_user(admin, name="alice")
    group = plane.groups.create_group(admin, group_name="admins")
    plane.attachments.attach_group_policy(admin, policy_id=CAM_FULL, attach_group_id=group)
    caller = user(alice.uin)
    denied(plane.users.list_users, caller)
    plane.groups.add_user_to_group(admin, info=[GroupMember(group, alice.uin)])
    assert len(plane.users.list_users(caller)) == 1
    plane.groups.remove_user_from_group(caller, info=[GroupMember(group, uid=alice.uid)])
    denied(plane.users.list_users, caller)


def test_a_boundary_limits_what_policies_grant(any_plane):
    plane, admin = any_plane, root()
    alice = plane.users.add_user(admin, name="alice")
    plane.attachments.attach_user_policy(admin, policy_id=CAM_FULL, attach_uin=alice.uin)
    only_im = plane.policies.create_policy(admin, policy_name="only-im", policy_document=IM_ALL)
    plane.boundaries.put_user_permissions_boundary(admin, target_uin=alice.uin, policy_id=only_im)
    denied(plane.boundaries.delete_user_permissions_boundary, user(alice.uin), target_uin=alice.uin)
    plane.boundaries.delete_user_permissions_boundary(admin, target_uin=alice.uin)
    assert plane.boundaries.get_user_permission_boundary(user(alice.uin), target_uin=alice.uin) is None


def test_versions_are_put_into_force_and_rolled_back(any_plane):
    plane, admin = any_plane, root()
    policy = plane.policies.create_policy(admin, policy_name="sms", policy_document=IM_ALL)
    second = plane.versions.create_policy_version(admin, policy_id=policy, policy_document=SMS_ALL, set_as_default=True)
    assert plane.policies.get_policy(admin, policy_id=policy).policy_document == SMS_ALL
    plane.versions.set_default_policy_version(admin, policy_id=policy, version_id=1)
    assert plane.policies.get_policy(admin, policy_id=policy).policy_document == IM_ALL
    plane.versions.delete_policy_version(admin, policy_id=policy, version_id=[second])
    third = plane.versions.create_policy_version(admin, policy_id=policy, policy_document=SMS_ALL, set_as_default=False)
    assert (second, third) == (2, 3)


def test_a_session_may_do_what_its_role_may_and_ends_with_it(any_plane):
    plane, admin = any_plane, root()
    role = plane.roles.create_role(admin, role_name="ci", policy_document=ROOT_TRUST)
    made = plane.sts.assume_role(admin, role_arn=f"qcs::cam::uin/{ROOT_UIN}:roleName/ci", role_session_name="build-7")
    session = plane.sts.session(made.tmp_secret_id, made.token)
    caller = session.caller(admin.channel)
    denied(plane.users.list_users, caller)
    plane.attachments.attach_role_policy(admin, policy_name="qcloudcamfullaccess", attach_role_id=role)
    assert plane.users.add_user(caller, name="bob").uin
    with plane.database.read() as reader:
        (change,) = reader.changes.latest(1)
    assert change.principal == f"qcs::cam::uin/{ROOT_UIN}:roleName/ci/build-7"
    plane.roles.delete_role(admin, role_name="ci")
    denied(plane.users.list_users, caller)
    assert plane.sts.session(made.tmp_secret_id, made.token) is None


def test_a_revision_is_never_behind_the_last_change(any_plane):
    before = any_plane.revision()
    any_plane.groups.create_group(root(), group_name="ops")
    assert any_plane.revision() == before + 1
    any_plane.groups.list_groups(root())
    assert any_plane.revision() == before + 1
