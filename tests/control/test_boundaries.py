import pytest

from authz.control.errors import ControlError
from authz.control.results import PolicyType
from tests.control.planes import IM_ALL, ROOT_TRUST, items, root


@pytest.fixture
def alice(plane):
    return plane.users.add_user(root(), name="alice").uin


@pytest.fixture
def policy(plane):
    return plane.policies.create_policy(root(), policy_name="only-im", policy_document=IM_ALL)


def test_a_user_has_one_boundary(plane, alice, policy):
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=219064)
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=policy)
    found = plane.boundaries.get_user_permission_boundary(root(), target_uin=alice)
    assert (found.policy_id, found.policy_name, found.policy_type) == (policy, "only-im", PolicyType.CUSTOM)
    assert found.policy_document == IM_ALL


def test_setting_and_clearing_twice_writes_nothing(plane, alice, policy):
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=policy)
    before = items(plane)
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=policy)
    assert items(plane) == before
    plane.boundaries.delete_user_permissions_boundary(root(), target_uin=alice)
    cleared = items(plane)
    assert len(cleared) == len(before) + 1
    plane.boundaries.delete_user_permissions_boundary(root(), target_uin=alice)
    assert items(plane) == cleared


def test_a_preset_may_bound_a_role(plane):
    role = plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    plane.boundaries.put_role_permissions_boundary(root(), policy_id=219064, role_name="ci")
    found = plane.boundaries.get_role_permission_boundary(root(), role_id=role)
    assert (found.policy_name, found.policy_type) == ("QcloudSMSFullAccess", PolicyType.PRESET)
    plane.boundaries.delete_role_permissions_boundary(root(), role_id=role)
    assert plane.boundaries.get_role_permission_boundary(root(), role_name="ci") is None


def test_a_boundary_cannot_be_deleted(plane, alice, policy):
    # contract: that would widen rights
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=policy)
    before = items(plane)
    with pytest.raises(ControlError, match="permissions boundary of user `alice`") as caught:
        plane.policies.delete_policy(root(), policy_id=[policy])
    assert caught.value.code == "FailedOperation"
    assert items(plane) == before
    plane.boundaries.delete_user_permissions_boundary(root(), target_uin=alice)
    plane.policies.delete_policy(root(), policy_id=[policy])


def test_boundaries_are_counted_in_the_list_of_policies(plane, alice, policy):
    plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    plane.boundaries.put_user_permissions_boundary(root(), target_uin=alice, policy_id=policy)
    plane.boundaries.put_role_permissions_boundary(root(), role_name="ci", policy_id=policy)
    (row,) = plane.policies.list_policies(root(), scope="Local").rows
    assert (row.boundaries, row.attachments) == (2, 0)
