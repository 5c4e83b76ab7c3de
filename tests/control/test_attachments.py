import pytest

from authz.control.groups import GroupMember
from tests.builders import ROOT_UIN
from tests.control.planes import IM_ALL, NOW, ROOT_TRUST, items, root


@pytest.fixture
def policy(plane):
    return plane.policies.create_policy(root(), policy_name="im-all", policy_document=IM_ALL)


@pytest.fixture
def holders(plane):
    """The fields that name a holder of each kind."""
    return {
        "user": plane.users.add_user(root(), name="alice").uin,
        "group": plane.groups.create_group(root(), group_name="ops"),
        "role": plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST),
    }


FIELDS = {"user": "uin", "group": "group_id", "role": "role_id"}


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("preset", [False, True])
def test_attaching_and_detaching_twice_writes_nothing(plane, policy, holders, kind, preset):
    # requirements 73
    policy = 524252 if preset else policy
    attach = getattr(plane.attachments, f"attach_{kind}_policy")
    detach = getattr(plane.attachments, f"detach_{kind}_policy")
    before = plane.revision()
    for call, verb, after in ((attach, "attach", before + 1), (detach, "detach", before + 2)):
        for _ in range(2):
            call(root(), policy_id=policy, **{f"{verb}_{FIELDS[kind]}": holders[kind]})
            assert plane.revision() == after


def test_an_attachment_is_logged_with_what_it_is(plane, policy, holders):
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=holders["user"])
    assert items(plane)[-1] == (
        "AttachUserPolicy",
        "attachment",
        None,
        {
            "account": ROOT_UIN,
            "holder": 1,
            "holder_id": holders["user"],
            "policy_id": policy,
            "attached_at": NOW,
            "attached_by": f"uin/{ROOT_UIN}",
            "position": 1,
        },
    )


def test_detaching_leaves_user_keys_and_other_policies(plane, policy, holders):
    # requirements 77
    uin = holders["user"]
    key = plane.keys.create_access_key(root(), target_uin=uin).access_key_id
    for each in (policy, 524252):
        plane.attachments.attach_user_policy(root(), policy_id=each, attach_uin=uin)
    plane.attachments.detach_user_policy(root(), policy_id=policy, detach_uin=uin)
    assert [row.policy_id for row in plane.attachments.list_attached_user_policies(root(), target_uin=uin).rows] == [
        524252
    ]
    assert [each.access_key_id for each in plane.keys.list_access_keys(root(), target_uin=uin)] == [key]


def test_a_policy_of_a_group_is_not_taken_off_its_member(plane, policy, holders):
    # requirements 76
    plane.groups.add_user_to_group(root(), info=[GroupMember(holders["group"], holders["user"])])
    plane.attachments.attach_group_policy(root(), policy_id=policy, attach_group_id=holders["group"])
    plane.attachments.detach_user_policy(root(), policy_id=policy, detach_uin=holders["user"])
    page = plane.attachments.list_attached_user_all_policies(
        root(), target_uin=holders["user"], rp=20, page=1, attach_type=0
    )
    assert [(row.policy_id, row.is_direct) for row in page.rows] == [(policy, False)]


def test_a_role_and_a_policy_may_be_given_by_name(plane, policy, holders):
    plane.attachments.attach_role_policy(root(), policy_name="IM-ALL", attach_role_name="CI")
    rows = plane.attachments.list_attached_role_policies(root(), role_id=holders["role"], page=1, rp=20).rows
    assert [row.policy_id for row in rows] == [policy]
    plane.attachments.detach_role_policy(root(), policy_id=policy, policy_name="im-all", detach_role_name="ci")
    assert plane.attachments.list_attached_role_policies(root(), role_name="ci", page=1, rp=20).total == 0
