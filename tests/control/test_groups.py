import pytest

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from tests.control.planes import NOW, OTHER_UIN, root


@pytest.fixture
def people(plane):
    return [plane.users.add_user(root(), name=name) for name in ("alice", "bob", "carol")]


@pytest.fixture
def ops(plane):
    return plane.groups.create_group(root(), group_name="运维", remark="operations")


def members(plane, group):
    return [each.name for each in plane.groups.get_group(root(), group_id=group).members]


def test_a_group_is_read_with_its_members(plane, people, ops):
    alice, bob, _ = people
    plane.groups.add_user_to_group(root(), info=[GroupMember(ops, bob.uin), GroupMember(ops, uid=alice.uid)])
    found = plane.groups.get_group(root(), group_id=ops)
    assert (found.group_name, found.remark, found.create_time) == ("运维", "operations", NOW)
    assert members(plane, ops) == ["bob", "alice"]


def test_joining_and_leaving_twice_writes_nothing(plane, people, ops):
    alice, bob, _ = people
    info = [GroupMember(ops, alice.uin), GroupMember(ops, bob.uin), GroupMember(ops, uid=alice.uid)]
    plane.groups.add_user_to_group(root(), info=info)
    joined = plane.revision()
    plane.groups.add_user_to_group(root(), info=info)
    assert plane.revision() == joined
    plane.groups.remove_user_from_group(root(), info=info)
    left = plane.revision()
    plane.groups.remove_user_from_group(root(), info=info)
    assert (plane.revision(), members(plane, ops)) == (left, [])


def test_a_batch_of_members_is_all_or_nothing(plane, people, ops):
    # contract
    alice, bob, _ = people
    with pytest.raises(ControlError):
        plane.groups.add_user_to_group(root(), info=[GroupMember(ops, alice.uin), GroupMember(ops, "100009")])
    assert members(plane, ops) == []
    plane.groups.add_user_to_group(root(), info=[GroupMember(ops, alice.uin), GroupMember(ops, bob.uin)])
    with pytest.raises(ControlError):
        plane.groups.remove_user_from_group(root(), info=[GroupMember(ops, alice.uin), GroupMember(ops, "100009")])
    assert members(plane, ops) == ["alice", "bob"]


def test_quotas_count_what_the_batch_itself_adds(plane, people):
    alice = people[0]
    groups = [plane.groups.create_group(root(), group_name=f"g{at}") for at in range(11)]
    with pytest.raises(ControlError) as caught:
        plane.groups.add_user_to_group(root(), info=[GroupMember(group, alice.uin) for group in groups])
    assert caught.value.code == "InvalidParameter.UserGroupFull"
    plane.groups.add_user_to_group(root(), info=[GroupMember(group, alice.uin) for group in groups[:10]])
    assert plane.groups.list_groups_for_user(root(), sub_uin=alice.uin, rp=3, page=4).total == 10


def test_the_groups_of_a_user_are_listed_as_they_were_joined(plane, people):
    alice = people[0]
    groups = [plane.groups.create_group(root(), group_name=name) for name in ("a", "b", "c")]
    for group in reversed(groups):
        plane.groups.add_user_to_group(root(), info=[GroupMember(group, alice.uin)])
    listed = plane.groups.list_groups_for_user(root(), uid=alice.uid, rp=2)
    assert (listed.total, [each.group_name for each in listed.rows]) == (3, ["c", "b"])
    one = plane.groups.list_users_for_group(root(), group_id=groups[0])
    assert (one.total, [each.name for each in one.rows]) == (1, ["alice"])


def test_a_group_is_changed_and_found_by_its_new_name(plane, ops):
    plane.groups.update_group(root(), group_id=ops, group_name="Ops")
    plane.groups.update_group(root(), group_id=ops, group_name="OPS", remark="")
    listed = plane.groups.list_groups(root(), keyword="ops")
    assert [(each.group_name, each.remark) for each in listed.rows] == [("OPS", "")]


def test_a_deleted_group_takes_its_rights_and_leaves_its_members(plane, people, ops):
    alice = people[0]
    plane.groups.add_user_to_group(root(), info=[GroupMember(ops, alice.uin)])
    plane.attachments.attach_group_policy(root(), policy_id=1, attach_group_id=ops)
    plane.groups.delete_group(root(), group_id=ops)
    assert plane.attachments.list_entities_for_policy(root(), policy_id=1).total == 0
    assert len(plane.users.list_users(root())) == 3
    assert plane.groups.list_groups_for_user(root(), sub_uin=alice.uin).total == 0


def test_groups_of_another_account_are_out_of_reach(plane, people, ops):
    other = root(OTHER_UIN)
    with pytest.raises(ControlError) as caught:
        plane.groups.add_user_to_group(other, info=[GroupMember(ops, people[0].uin)])
    assert caught.value.code == "InvalidParameter.GroupNotExist"
    assert plane.groups.list_groups(other).total == 0
