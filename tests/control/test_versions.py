import pytest

from authz.control.errors import ControlError
from tests.builders import allow, document
from tests.control.planes import IM_ALL, SMS_ALL, root


@pytest.fixture
def policy(plane):
    return plane.policies.create_policy(root(), policy_name="p", policy_document=IM_ALL)


def add(plane, policy, text=SMS_ALL, *, default=False):
    return plane.versions.create_policy_version(root(), policy_id=policy, policy_document=text, set_as_default=default)


def numbers(plane, policy):
    """The numbers of all versions, and that of the default one."""
    versions = plane.versions.list_policy_versions(root(), policy_id=policy)
    (default,) = [each.version_id for each in versions if each.is_default_version]
    return [each.version_id for each in versions], default


def test_a_policy_has_at_most_five_versions_and_numbers_are_not_used_again(plane, policy):
    # requirements 91: 6th: PolicyVersionFull; v2 deleted, next is v6
    assert [add(plane, policy) for _ in range(4)] == [2, 3, 4, 5]
    with pytest.raises(ControlError) as caught:
        add(plane, policy)
    assert caught.value.code == "FailedOperation.PolicyVersionFull"
    plane.versions.delete_policy_version(root(), policy_id=policy, version_id=[2])
    assert add(plane, policy) == 6
    assert numbers(plane, policy) == ([1, 3, 4, 5, 6], 1)


def test_the_number_of_the_last_version_is_not_used_again_either(plane, policy):
    plane.versions.delete_policy_version(root(), policy_id=policy, version_id=[add(plane, policy)])
    assert add(plane, policy) == 3


def test_a_new_version_is_in_force_only_if_it_is_made_default(plane, policy):
    add(plane, policy)
    assert plane.policies.get_policy(root(), policy_id=policy).policy_document == IM_ALL
    add(plane, policy, default=True)
    assert plane.policies.get_policy(root(), policy_id=policy).policy_document == SMS_ALL
    assert numbers(plane, policy) == ([1, 2, 3], 3)


def test_a_version_is_read_with_its_document(plane, policy):
    text = document(allow("cos:GetObject"))
    add(plane, policy, text)
    found = plane.versions.get_policy_version(root(), policy_id=policy, version_id=2)
    assert (found.document, found.is_default_version) == (text, False)


def test_an_update_of_the_policy_changes_the_default_version_alone(plane, policy):
    add(plane, policy)
    plane.versions.set_default_policy_version(root(), policy_id=policy, version_id=2)
    text = document(allow("cos:GetObject"))
    plane.policies.update_policy(root(), policy_id=policy, policy_document=text)
    documents = [
        plane.versions.get_policy_version(root(), policy_id=policy, version_id=number).document for number in (1, 2)
    ]
    assert documents == [IM_ALL, text]


def test_versions_are_deleted_wholly_or_not_at_all(plane, policy):
    for _ in range(3):
        add(plane, policy)
    for batch in ([2, 9], [2, 1]):
        with pytest.raises(ControlError):
            plane.versions.delete_policy_version(root(), policy_id=policy, version_id=batch)
        assert numbers(plane, policy) == ([1, 2, 3, 4], 1)
    plane.versions.delete_policy_version(root(), policy_id=policy, version_id=[2, 4, 2])
    assert numbers(plane, policy) == ([1, 3], 1)


def test_a_preset_has_one_version(plane):
    assert numbers(plane, 524252) == ([1], 1)
    text = plane.versions.get_policy_version(root(), policy_id=524252, version_id=1).document
    assert text == plane.policies.get_policy(root(), policy_id=524252).policy_document
