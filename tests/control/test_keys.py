import pytest

from authz.control.errors import ControlError
from tests.builders import ROOT_UIN, allow, document
from tests.control.planes import NOW, OTHER_UIN, root, user


@pytest.fixture
def alice(plane):
    """May manage every key that she is not kept from."""
    uin = plane.users.add_user(root(), name="alice").uin
    policy = plane.policies.create_policy(
        root(), policy_name="keys", policy_document=document(allow(["cam:*AccessKey*", "cam:GetSecurityLastUsed"]))
    )
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=uin)
    return uin


def code(call, *args, **fields):
    with pytest.raises(ControlError) as caught:
        call(*args, **fields)
    return caught.value.code


def test_a_key_is_made_for_the_caller_unless_another_user_is_named(plane, alice):
    bob = plane.users.add_user(root(), name="bob").uin
    own = plane.keys.create_access_key(user(alice), description="ci/build:1")
    other = plane.keys.create_access_key(user(alice), target_uin=bob)
    assert own.access_key_id.startswith("AKID")
    assert (own.status, own.description, own.create_time) == ("Active", "ci/build:1", NOW)
    assert [each.access_key_id for each in plane.keys.list_access_keys(user(alice))] == [own.access_key_id]
    assert [each.access_key_id for each in plane.keys.list_access_keys(root(), target_uin=bob)] == [other.access_key_id]


def test_a_secret_is_shown_once(plane, alice):
    # requirements 69
    made = plane.keys.create_access_key(user(alice))
    assert len(made.secret_access_key) == 32
    assert [each.secret_access_key for each in plane.keys.list_access_keys(user(alice))] == [""]
    with plane.database.read() as reader:
        assert reader.keys.secret(made.access_key_id) == made.secret_access_key


def test_a_key_is_disabled_before_it_is_deleted(plane, alice):
    key = plane.keys.create_access_key(user(alice)).access_key_id
    assert code(plane.keys.delete_access_key, user(alice), access_key_id=key) == "FailedOperation.Accesskey"
    plane.keys.update_access_key(user(alice), access_key_id=key, status="Inactive")
    disabled = plane.revision()
    plane.keys.update_access_key(user(alice), access_key_id=key, status="Inactive")
    assert plane.revision() == disabled
    assert plane.keys.list_access_keys(user(alice))[0].status == "Inactive"
    plane.keys.update_access_key(user(alice), access_key_id=key, status="Active")
    plane.keys.update_access_key(user(alice), access_key_id=key, status="Inactive")
    plane.keys.delete_access_key(user(alice), access_key_id=key)
    assert plane.keys.list_access_keys(user(alice)) == ()


def test_disabled_keys_count_for_the_quota(plane, alice):
    keys = [plane.keys.create_access_key(user(alice)).access_key_id for _ in range(2)]
    plane.keys.update_access_key(user(alice), access_key_id=keys[0], status="Inactive")
    assert code(plane.keys.create_access_key, user(alice)) == "OperationDenied.AccessKeyOverLimit"
    plane.keys.delete_access_key(user(alice), access_key_id=keys[0])
    assert plane.keys.create_access_key(user(alice)).access_key_id


def test_the_keys_of_the_root_account_are_its_own_affair(plane, alice):
    # A sub-account that made a key of root would be root.
    (first,) = plane.keys.list_access_keys(root())
    for call, fields in (
        (plane.keys.create_access_key, {}),
        (plane.keys.list_access_keys, {}),
        (plane.keys.update_access_key, {"access_key_id": first.access_key_id, "status": "Inactive"}),
        (plane.keys.delete_access_key, {"access_key_id": first.access_key_id}),
    ):
        assert code(call, user(alice), target_uin=ROOT_UIN, **fields) == "OperationDenied.SubUin"
    assert len(plane.keys.list_access_keys(root(), target_uin=ROOT_UIN)) == 1
    assert plane.keys.create_access_key(root()).access_key_id != first.access_key_id


def test_keys_of_another_account_are_out_of_reach(plane, alice):
    key = plane.keys.create_access_key(user(alice)).access_key_id
    other = root(OTHER_UIN)
    fields = {"access_key_id": key}
    assert code(plane.keys.update_access_key, other, status="Inactive", **fields) == "ResourceNotFound.SecretNotExist"
    assert code(plane.keys.delete_access_key, other, **fields) == "ResourceNotFound.SecretNotExist"
    assert plane.keys.get_security_last_used(other, secret_id_list=[key]) == ()


def test_the_last_use_of_keys_is_answered(plane, alice):
    keys = [plane.keys.create_access_key(user(alice)).access_key_id for _ in range(2)]
    with plane.database.note() as noted:
        noted.note_key_use(keys[1], NOW + 5)
    found = plane.keys.get_security_last_used(user(alice), secret_id_list=[*keys, keys[0], "AKIDnope"])
    assert [(each.secret_id, each.last_used) for each in found] == [(keys[0], 0.0), (keys[1], NOW + 5)]
