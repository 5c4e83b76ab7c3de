import pytest

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from tests.builders import allow, deny, document
from tests.control.planes import ROOT_TRUST, root


def policy(plane, name, *statements):
    return plane.policies.create_policy(root(), policy_name=name, policy_document=document(*statements))


@pytest.fixture
def alice(plane):
    uin = plane.users.add_user(root(), name="alice").uin
    group = plane.groups.create_group(root(), group_name="ops")
    plane.groups.add_user_to_group(root(), info=[GroupMember(group, uin)])
    own = policy(plane, "own", allow(["im:Describe*", "cos:GetObject"]), deny("sms:*"))
    plane.attachments.attach_user_policy(root(), policy_id=own, attach_uin=uin)
    plane.attachments.attach_group_policy(root(), policy_id=990001, attach_group_id=group)
    return uin


def services(plane, **target):
    found = plane.attachments.list_policies_granting_service_access(root(), **target)
    return {each.service_type: [granting.policy_name for granting in each.policies] for each in found}


def test_granted_services_are_listed_with_the_policies_that_grant_them(plane, alice):
    assert services(plane, target_uin=alice) == {"cos": ["own"], "im": ["own", "QcloudIMReadOnlyAccess"]}
    assert services(plane, group_id=1) == {"im": ["QcloudIMReadOnlyAccess"]}


def test_a_star_grants_every_service_of_the_catalog(plane):
    role = plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    plane.attachments.attach_role_policy(root(), policy_name="AdministratorAccess", attach_role_id=role)
    assert services(plane, role_id=role) == {key: ["AdministratorAccess"] for key in ("cam", "im", "sms", "sts")}


def test_the_actions_of_one_service_are_listed_when_it_is_asked_for(plane, alice):
    (found,) = plane.attachments.list_policies_granting_service_access(root(), target_uin=alice, service_type="im")
    assert found.service_name == "Instant Messaging"
    names = {action.name for action in found.actions}
    assert "DescribeSdkAppInfo" in names
    assert "ModifyAppInfo" not in names
    assert services(plane, target_uin=alice, service_type="sms") == {}


@pytest.mark.parametrize(
    "target", [{}, {"target_uin": "100009"}, {"group_id": 9}, {"role_id": "9"}, {"target_uin": "1", "group_id": 1}]
)
def test_exactly_one_identity_that_exists_is_asked_about(plane, target):
    with pytest.raises(ControlError) as caught:
        services(plane, **target)
    assert caught.value.code == "InvalidParameter.ParamError"
