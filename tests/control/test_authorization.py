import pytest

from authz.control.authorization import Authorizer
from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.store.author import Channel
from tests.builders import ROOT_UIN, allow, deny, document
from tests.control.planes import NOW, OTHER_UIN, ROOT_TRUST, root, trust_of, user

RESOURCE = f"qcs::cam::uin/{ROOT_UIN}"


@pytest.fixture
def alice(plane):
    return plane.users.add_user(root(), name="alice").uin


def grant(plane, uin, *statements, name="grant"):
    policy = plane.policies.create_policy(root(), policy_name=name, policy_document=document(*statements))
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=uin)
    return policy


def is_admitted(call, *args, **fields):
    try:
        call(*args, **fields)
    except ControlError as error:
        assert error.code == "AuthFailure.UnauthorizedOperation"  # noqa: PT017 - another refusal is a failure
        return False
    return True


def test_a_user_without_policies_may_do_nothing(plane, alice):
    assert not is_admitted(plane.users.list_users, user(alice))
    assert not is_admitted(plane.policies.list_policies, user(alice))
    assert not is_admitted(plane.keys.create_access_key, user(alice))


def test_a_user_that_does_not_exist_may_do_nothing(plane):
    assert not is_admitted(plane.users.list_users, user("100009"))


def test_root_may_do_everything_in_its_own_account_alone(plane, alice):
    assert is_admitted(plane.users.list_users, root())
    with pytest.raises(ControlError) as caught:
        plane.attachments.attach_user_policy(root(OTHER_UIN), policy_id=1, attach_uin=alice)
    assert caught.value.code == "ResourceNotFound.UserNotExist"
    assert plane.users.list_users(root(OTHER_UIN)) == ()


def test_a_grant_on_one_resource_reaches_no_other(plane, alice):
    bob = plane.users.add_user(root(), name="bob").uin
    grant(plane, alice, allow("cam:AttachUserPolicy", f"{RESOURCE}:uin/{bob}"))
    attach = plane.attachments.attach_user_policy
    assert is_admitted(attach, user(alice), policy_id=1, attach_uin=bob)
    assert not is_admitted(attach, user(alice), policy_id=1, attach_uin=alice)


def test_a_deny_on_a_policy_keeps_it_from_being_attached(plane, alice):
    bob = plane.users.add_user(root(), name="bob").uin
    grant(plane, alice, allow("cam:*"), deny("cam:Attach*", f"{RESOURCE}:policyid/1"))
    attach = plane.attachments.attach_user_policy
    assert not is_admitted(attach, user(alice), policy_id=1, attach_uin=bob)
    assert is_admitted(attach, user(alice), policy_id=219064, attach_uin=bob)
    assert is_admitted(plane.attachments.detach_user_policy, user(alice), policy_id=1, detach_uin=bob)


def test_the_address_of_the_request_is_a_condition_key(plane, alice):
    grant(plane, alice, allow("cam:ListUsers", condition={"ip_equal": {"qcs:ip": "192.0.2.0/24"}}))
    assert is_admitted(plane.users.list_users, user(alice))
    elsewhere = Caller.user(ROOT_UIN, alice, Channel.API, address="198.51.100.1")
    assert not is_admitted(plane.users.list_users, elsewhere)
    assert not is_admitted(plane.users.list_users, Caller.user(ROOT_UIN, alice, Channel.API, address="not an address"))


def test_a_change_of_rights_counts_from_the_next_call_on(plane, alice):
    for _ in range(3):
        policy = grant(plane, alice, allow("cam:ListUsers"))
        assert is_admitted(plane.users.list_users, user(alice))
        plane.policies.update_policy(root(), policy_id=policy, policy_document=document(allow("cam:GetUser")))
        assert not is_admitted(plane.users.list_users, user(alice))
        plane.policies.delete_policy(root(), policy_id=[policy])
        assert not is_admitted(plane.users.get_user, user(alice), name="alice")


def test_a_use_case_that_fails_leaves_no_rights_behind(plane, alice):
    grant(plane, alice, allow("cam:ListUsers"))
    assert is_admitted(plane.users.list_users, user(alice))
    with pytest.raises(ControlError):  # the second policy does not exist, so that neither is deleted
        plane.policies.delete_policy(root(), policy_id=[1_000_001, 1_000_009])
    assert is_admitted(plane.users.list_users, user(alice))


def test_compiled_policies_are_kept_by_revision(plane, alice):
    authorizer = Authorizer()

    def ask():
        with plane.database.read() as reader:
            authorizer.authorize(user(alice), reader, "ListUsers", "*", NOW)

    grant(plane, alice, allow("cam:ListUsers"))
    ask()
    (first,) = authorizer._kept.values()
    ask()
    assert list(authorizer._kept.values()) == [first]
    plane.groups.create_group(root(OTHER_UIN), group_name="ops")
    ask()
    (second,) = authorizer._kept.values()
    assert second.state is first.state
    assert second.checked_at == first.checked_at + 1
    plane.groups.create_group(root(), group_name="ops")
    ask()
    (third,) = authorizer._kept.values()
    assert third.state is not first.state


def test_a_role_of_another_account_is_assumed_if_it_trusts_the_caller(plane, alice):
    trusted = trust_of(f"qcs::cam::uin/{ROOT_UIN}:uin/{alice}")
    plane.roles.create_role(root(OTHER_UIN), role_name="shared", policy_document=trusted)
    plane.roles.create_role(root(OTHER_UIN), role_name="own", policy_document=ROOT_TRUST)
    fields = {"role_session_name": "s1", "role_arn": f"qcs::cam::uin/{OTHER_UIN}:roleName/shared"}
    assert not is_admitted(plane.sts.assume_role, user(alice), **fields)
    grant(plane, alice, allow("sts:AssumeRole"))
    made = plane.sts.assume_role(user(alice), **fields)
    assert plane.sts.session(made.tmp_secret_id, made.token).account == OTHER_UIN
    other = plane.users.add_user(root(), name="bob").uin
    assert not is_admitted(plane.sts.assume_role, user(other), **fields)


def test_a_deny_in_the_trust_policy_or_of_the_caller_refuses_the_role(plane, alice):
    plane.roles.create_role(root(), role_name="ci", policy_document=trust_of(f"qcs::cam::uin/{ROOT_UIN}:root"))
    fields = {"role_session_name": "s1", "role_arn": f"{RESOURCE}:roleName/ci"}
    grant(plane, alice, allow("sts:AssumeRole"))
    assert is_admitted(plane.sts.assume_role, user(alice), **fields)
    grant(plane, alice, deny("sts:AssumeRole", f"{RESOURCE}:roleName/ci"), name="denies")
    assert not is_admitted(plane.sts.assume_role, user(alice), **fields)
