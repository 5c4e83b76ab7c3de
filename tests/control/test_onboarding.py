import pytest

from authz.control.errors import ControlError
from authz.control.users import UserFields
from tests.builders import ROOT_UIN, allow, deny, document
from tests.control.planes import IM_ALL, items, root, user

SMS_FULL = 219064


def create(plane, *names, caller=None, policy_id=(), group_id=(), **more):
    users = [UserFields(name, **more) for name in names]
    return plane.onboarding.create_users(caller or root(), users=users, policy_id=policy_id, group_id=group_id)


def test_users_are_created_with_policies_and_groups_in_one_change(plane):
    # requirements 55, 59
    group = plane.groups.create_group(root(), group_name="ops")
    before = plane.revision()
    made = create(plane, "alice", "bob", policy_id=[SMS_FULL, 1, 1], group_id=[group], console_login=True, use_api=True)
    assert plane.revision() == before + 1
    assert [len(each.password) for each in made] == [32, 32]
    assert made[0].secret_id != made[1].secret_id
    for each in made:
        held = plane.attachments.list_attached_user_policies(root(), target_uin=each.uin).rows
        assert [row.policy_id for row in held] == [SMS_FULL, 1]
        assert plane.groups.list_groups_for_user(root(), sub_uin=each.uin).total == 1


@pytest.mark.parametrize(
    ("names", "more", "code"),
    [
        ((), {}, "InvalidParameter.ParamError"),
        ([f"user-{at}" for at in range(11)], {}, "InvalidParameter.ParamError"),
        (("alice", "ALICE"), {}, "InvalidParameter.SubUserNameInUse"),
        (("alice", "b b"), {}, "InvalidParameter.UserNameIllegal"),
        (("alice",), {"policy_id": [1, 9]}, "ResourceNotFound.PolicyIdNotFound"),
        (("alice",), {"group_id": [9]}, "ResourceNotFound.GroupNotExist"),
        (("alice",), {"console_login": True, "password": "weak"}, "InvalidParameter.PasswordViolatedRules"),
    ],
)
def test_on_failure_nothing_half_made_remains(plane, names, more, code):
    before = items(plane)
    with pytest.raises(ControlError) as caught:
        create(plane, *names, **more)
    assert (caught.value.code, items(plane)) == (code, before)


def grant(plane, name, *statements):
    uin = plane.users.add_user(root(), name=name).uin
    policy = plane.policies.create_policy(root(), policy_name=name, policy_document=document(*statements))
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=uin)
    return user(uin)


def is_denied(call, *args, **fields):
    try:
        call(*args, **fields)
    except ControlError as error:
        assert error.code == "AuthFailure.UnauthorizedOperation"  # noqa: PT017 - another refusal is a failure
        return True
    return False


def test_the_caller_needs_the_right_to_each_part(plane):
    group = plane.groups.create_group(root(), group_name="ops")
    adds = grant(plane, "adds", allow("cam:AddUser"))
    assert not is_denied(create, plane, "u1", caller=adds)
    assert is_denied(create, plane, "u2", caller=adds, policy_id=[SMS_FULL])
    assert is_denied(create, plane, "u2", caller=adds, group_id=[group])
    attaches = grant(plane, "attaches", allow(["cam:AddUser", "cam:AttachUserPolicy"]))
    assert not is_denied(create, plane, "u3", caller=attaches, policy_id=[SMS_FULL])
    careful = grant(
        plane, "careful", allow("cam:*"), deny("cam:AttachUserPolicy", f"qcs::cam::uin/{ROOT_UIN}:policyid/1")
    )
    assert is_denied(create, plane, "u4", caller=careful, policy_id=[1])
    assert not is_denied(create, plane, "u4", caller=careful, policy_id=[SMS_FULL], group_id=[group])


def test_a_policy_is_created_with_its_holders_in_one_change(plane):
    # requirements 86
    alice = plane.users.add_user(root(), name="alice").uin
    group = plane.groups.create_group(root(), group_name="ops")
    before = plane.revision()
    policy = plane.onboarding.create_policy(
        root(), policy_name="p", policy_document=IM_ALL, attach_uin=[alice, alice], attach_group_id=[group]
    )
    assert plane.revision() == before + 1
    found = plane.attachments.list_entities_for_policy(root(), policy_id=policy).rows
    assert [each.name for each in found] == ["alice", "ops"]
    assert plane.policies.get_policy(root(), policy_id=policy).create_mode == 3


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"attach_uin": ["100009"]}, "ResourceNotFound.UserNotExist"),
        ({"attach_group_id": [9]}, "ResourceNotFound.GroupNotExist"),
        ({"policy_name": "a b"}, "InvalidParameter.PolicyNameError"),
        ({"policy_document": "{"}, "InvalidParameter.PolicyDocumentError"),
    ],
)
def test_a_policy_is_not_created_without_its_holders(plane, more, code):
    before = items(plane)
    with pytest.raises(ControlError) as caught:
        plane.onboarding.create_policy(root(), **{"policy_name": "p", "policy_document": IM_ALL, **more})
    assert (caught.value.code, items(plane)) == (code, before)


def test_holders_are_authorized_one_by_one(plane):
    alice, bob = (plane.users.add_user(root(), name=name).uin for name in ("alice", "bob"))
    caller = grant(
        plane,
        "limited",
        allow("cam:CreatePolicy"),
        allow("cam:AttachUserPolicy", f"qcs::cam::uin/{ROOT_UIN}:uin/{alice}"),
    )
    fields = {"policy_document": IM_ALL}
    policy = plane.onboarding.create_policy
    assert not is_denied(policy, caller, policy_name="p1", attach_uin=[alice], **fields)
    assert is_denied(policy, caller, policy_name="p2", attach_uin=[alice, bob], **fields)
    assert is_denied(policy, caller, policy_name="p3", attach_group_id=[1], **fields)
