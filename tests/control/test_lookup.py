"""What the operator means by a name or an id."""

import pytest

from authz.control.errors import ControlError
from authz.control.lookup import Named, is_custom
from tests.builders import ROOT_UIN
from tests.control.planes import IM_ALL, OTHER_UIN, ROOT_TRUST, root, user


def test_ids_and_names_mean_the_same(plane):
    admin, lookup = root(), plane.lookup
    alice = plane.users.add_user(admin, name="alice", use_api=True)
    group = plane.groups.create_group(admin, group_name="ops")
    role = plane.roles.create_role(admin, role_name="ci", policy_document=ROOT_TRUST)
    policy = plane.policies.create_policy(admin, policy_name="p", policy_document=IM_ALL)
    for find, expected, texts in (
        (lookup.user, Named(alice.uin, "alice"), (alice.uin, "alice", "ALICE")),
        (lookup.group, Named(str(group), "ops"), (str(group), "ops", "Ops")),
        (lookup.role, Named(role, "ci"), (role, "ci", "CI")),
        (lookup.policy, Named(str(policy), "p"), (str(policy), "p", "P")),
        (lookup.policy, Named("1", "AdministratorAccess"), ("1", "administratoraccess")),
    ):
        assert [find(admin, text) for text in texts] == [expected] * len(texts)
    assert lookup.owner_of_key(admin, alice.secret_id) == alice.uin
    assert is_custom(lookup.policy(admin, "p"))
    assert not is_custom(lookup.policy(admin, "1"))
    assert lookup.accounts() == (ROOT_UIN, OTHER_UIN)


def test_a_name_of_digits_is_found_unless_an_id_is(plane):
    group = plane.groups.create_group(root(), group_name="77")
    assert plane.lookup.group(root(), "77").number == group


@pytest.mark.parametrize("text", ["none", "99999999999999999999999", "²", ""])
def test_what_is_unknown_is_said_with_its_account(plane, text):
    for find in (plane.lookup.user, plane.lookup.group, plane.lookup.role, plane.lookup.policy):
        with pytest.raises(ControlError, match=f"account {ROOT_UIN} has no .* `{text}`"):
            find(root(), text)


def test_keys_of_other_accounts_are_unknown(plane):
    key = plane.keys.create_access_key(root(OTHER_UIN))
    with pytest.raises(ControlError, match="has no access key"):
        plane.lookup.owner_of_key(root(), key.access_key_id)


def test_only_who_may_read_may_look_up(plane):
    alice = plane.users.add_user(root(), name="alice")
    with pytest.raises(ControlError, match="not authorized"):
        plane.lookup.policy(user(alice.uin), "1")
