import pytest

from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.language.principal import parse_principal
from tests.builders import ALICE, CI, ROOT, account

STATE = AccountState(account())


@pytest.mark.parametrize("principal", [ROOT, ALICE, CI])
def test_root_users_and_roles_of_an_account_are_known(principal):
    assert STATE.knows(parse_principal(principal))


@pytest.mark.parametrize("name", ["uin/100002", "roleName/100001", "roleName/CI", "uin/1000010"])
def test_others_are_not_known(name):
    assert not STATE.knows(parse_principal(f"qcs::cam::uin/12345678:{name}"))


def test_a_user_and_a_role_of_one_name_are_two_principals():
    assert STATE.plan(parse_principal(ALICE)) is not STATE.plan(parse_principal(CI))


def test_a_plan_is_compiled_once():
    assert STATE.plan(parse_principal(ALICE)) is STATE.plan(parse_principal(ALICE))


def test_the_lease_of_an_account_is_that_of_its_state_and_unknown_accounts_share_one():
    unknown_accounts = Lease()
    snapshot = Snapshot(1, ShardedMap({"12345678": STATE}), unknown_accounts)
    assert snapshot.lease("12345678") is STATE.lease
    assert snapshot.lease("99") is unknown_accounts


def test_a_principal_is_found_with_its_plan_and_an_unknown_one_is_not():
    assert STATE.find(parse_principal(ALICE)) is STATE.plan(parse_principal(ALICE))
    assert STATE.find(parse_principal("qcs::cam::uin/12345678:uin/100002")) is None
