import pytest

from authz.control.attached_lists import BOTH, BY_GROUP, DIRECT
from authz.control.groups import GroupMember
from authz.control.results import GroupRef, PolicyType, RelatedType
from tests.control.planes import IM_ALL, NOW, ROOT_TRUST, root, user

SMS_FULL, CAM_FULL = 219064, 596169


@pytest.fixture
def policy(plane):
    return plane.policies.create_policy(root(), policy_name="im-all", policy_document=IM_ALL, description="all of IM")


@pytest.fixture
def alice(plane, policy):
    """Holds im-all and QcloudSMSFullAccess herself, and both im-all and QcloudCamFullAccess by the group ops."""
    uin = plane.users.add_user(root(), name="alice").uin
    group = plane.groups.create_group(root(), group_name="ops")
    plane.groups.add_user_to_group(root(), info=[GroupMember(group, uin)])
    for policy_id in (policy, SMS_FULL):
        plane.attachments.attach_user_policy(root(), policy_id=policy_id, attach_uin=uin)
    for policy_id in (CAM_FULL, policy):
        plane.attachments.attach_group_policy(root(), policy_id=policy_id, attach_group_id=group)
    return uin


def test_the_policies_of_a_user_are_listed_in_the_order_of_attachment(plane, alice, policy):
    page = plane.attachments.list_attached_user_policies(root(), target_uin=alice)
    assert [row.policy_id for row in page.rows] == [policy, SMS_FULL]
    first, second = page.rows
    assert (first.policy_name, first.policy_type, first.description) == ("im-all", PolicyType.CUSTOM, "all of IM")
    assert (second.policy_name, second.policy_type) == ("QcloudSMSFullAccess", PolicyType.PRESET)
    assert (first.add_time, first.operate_owner_uin, first.operate_uin, first.operated_by_role) == (
        NOW, "12345678", "12345678", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("attach_type", "names"),
    [
        (BOTH, ["im-all", "QcloudSMSFullAccess", "QcloudCamFullAccess"]),
        (DIRECT, ["im-all", "QcloudSMSFullAccess"]),
        (BY_GROUP, ["QcloudCamFullAccess", "im-all"]),
    ],
)
def test_each_policy_of_a_user_is_listed_once_with_its_groups(plane, alice, attach_type, names):
    page = plane.attachments.list_attached_user_all_policies(
        root(), target_uin=alice, rp=20, page=1, attach_type=attach_type
    )
    assert (page.total, [row.policy_name for row in page.rows]) == (len(names), names)
    ops = () if attach_type == DIRECT else (GroupRef(1, "ops"),)
    groups = {"im-all": ops, "QcloudCamFullAccess": ops, "QcloudSMSFullAccess": ()}
    assert {row.policy_name: row.groups for row in page.rows} == {name: groups[name] for name in names}
    assert {row.is_direct for row in page.rows if row.policy_name == "im-all"} == {attach_type != BY_GROUP}


def test_the_list_of_all_policies_is_filtered(plane, alice):
    def names(**more):
        page = plane.attachments.list_attached_user_all_policies(
            root(), target_uin=alice, rp=20, page=1, attach_type=BOTH, **more
        )
        return [row.policy_name for row in page.rows]

    assert names(strategy_type=1) == ["im-all"]
    assert names(strategy_type=2) == ["QcloudSMSFullAccess", "QcloudCamFullAccess"]
    assert names(keyword="cam") == ["QcloudCamFullAccess"]
    assert names(strategy_type=1, keyword="cam") == []


def test_the_policies_of_a_group_are_listed(plane, alice, policy):
    listed = plane.attachments.list_attached_group_policies
    assert [row.policy_id for row in listed(user(alice), target_group_id=1).rows] == [CAM_FULL, policy]
    assert [row.policy_id for row in listed(root(), target_group_id=1, keyword="IM").rows] == [policy]
    assert [row.policy_id for row in listed(root(), target_group_id=1, rp=1, page=2).rows] == [policy]


def test_the_policies_of_a_role_are_listed(plane, policy):
    role = plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    for policy_id in (SMS_FULL, policy):
        plane.attachments.attach_role_policy(root(), policy_id=policy_id, attach_role_name="CI")

    def names(**more):
        return [
            row.policy_name
            for row in plane.attachments.list_attached_role_policies(root(), role_id=role, page=1, rp=20, **more).rows
        ]

    assert names() == ["QcloudSMSFullAccess", "im-all"]
    assert names(policy_type="User") == ["im-all"]
    assert names(policy_type="QCS", keyword="sms") == ["QcloudSMSFullAccess"]


@pytest.mark.usefixtures("alice")
def test_the_holders_of_a_policy_are_listed_by_kind(plane, policy):
    role = plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    plane.attachments.attach_role_policy(root(), policy_name="im-all", attach_role_id=role)

    def names(**more):
        page = plane.attachments.list_entities_for_policy(root(), policy_id=policy, **more)
        return page.total, [(row.name, row.related_type) for row in page.rows]

    everyone = [("alice", RelatedType.USER), ("ops", RelatedType.GROUP), ("ci", RelatedType.ROLE)]
    assert names() == (3, everyone)
    assert names(rp=1, page=2) == (3, everyone[1:2])
    for at, kind in enumerate(("User", "Group", "Role")):
        assert names(entity_filter=kind) == (1, everyone[at : at + 1])


def test_who_attached_a_policy_is_listed(plane, alice, policy):
    bob = plane.users.add_user(root(), name="bob").uin
    plane.attachments.attach_user_policy(user(alice), policy_id=policy, attach_uin=bob)
    (row,) = plane.attachments.list_attached_user_policies(root(), target_uin=bob).rows
    assert (row.operate_uin, row.operated_by_role) == (alice, False)
