from dataclasses import replace

import pytest

from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.language.action import parse_action
from authz.language.principal import parse_principal
from tests.builders import ALICE, CI, ROOT, account, allow, policy

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


def test_what_decides_about_an_action_is_resolved_to_one_plan():
    snapshot, action = Snapshot(1, ShardedMap({"12345678": STATE}), Lease()), parse_action("im:AddUser")
    plan = snapshot.resolve(parse_principal(ALICE), action)
    assert plan is STATE.plan(parse_principal(ALICE)).for_action(action)
    for unknown in ("qcs::cam::uin/9:root", "qcs::cam::uin/12345678:uin/9"):
        assert snapshot.resolve(parse_principal(unknown), action) is None


def test_a_principal_is_found_with_its_plan_and_an_unknown_one_is_not():
    assert STATE.find(parse_principal(ALICE)) is STATE.plan(parse_principal(ALICE))
    assert STATE.find(parse_principal("qcs::cam::uin/12345678:uin/100002")) is None


# Versions of one account --------------------------------------------------------------------------------------------


def with_own(before, *policies):
    """The account with other policies of the user 100001; the role stays the same object."""
    user = replace(before.users["100001"], policies=policies)
    return replace(before, users={**before.users, "100001": user})


def test_the_plans_of_principals_that_stay_as_they_are_are_those_of_the_version_before():
    before = AccountState(account())
    plans = [before.plan(parse_principal(who)) for who in (ALICE, CI)]
    after = AccountState(with_own(before.account, policy("p", allow("*"))), before=before)
    assert after.plan(parse_principal(CI)) is plans[1]
    assert after.plan(parse_principal(ALICE)) is not plans[0]
    assert len(after.plan(parse_principal(ALICE)).rules) == 1


def test_a_plan_that_nobody_asked_for_in_between_is_not_lost():
    first = AccountState(account())
    plan = first.plan(parse_principal(CI))
    last = AccountState(
        first.account, before=AccountState(first.account, before=AccountState(first.account, before=first))
    )
    assert last.plan(parse_principal(CI)) is plan


def test_a_request_that_is_still_decided_on_the_old_version_takes_nothing_from_the_new_one():
    old = AccountState(account())
    new = AccountState(with_own(old.account, policy("p", allow("*"))), before=old)
    late = old.plan(parse_principal(ALICE))
    assert (len(late.rules), len(new.plan(parse_principal(ALICE)).rules)) == (0, 1)
    assert old.plan(parse_principal(ALICE)) is late


def test_an_account_with_other_numbers_has_plans_of_its_own():
    before = AccountState(account())
    plan = before.plan(parse_principal(CI))
    after = AccountState(replace(before.account, app_id="1250000000"), before=before)
    assert after.plan(parse_principal(CI)) is not plan


def test_plans_of_principals_that_are_gone_are_not_kept_for_ever():
    state = AccountState(account())
    alice = state.account.users["100001"]
    for turn in range(1, 1000):
        user = replace(alice, uin=str(turn))
        state = AccountState(replace(state.account, users={str(turn): user}), before=state)
        state.plan(parse_principal(f"qcs::cam::uin/12345678:uin/{turn}"))
    assert len(state.parts()) < 300
