import pytest

from authz.engine.decision import Reason
from authz.engine.evaluate import evaluate
from tests.load.engine_fixture import ASKED_USERS, many_accounts, one_account


def asked(world):
    return {question.parse().principal for question in world.questions}


@pytest.mark.parametrize(("policies", "statements"), [(10, 10), (200, 10), (200, 100)])
def test_users_of_one_account_hold_so_many_statements_whatever_its_size(policies, statements):
    world = one_account(policies, statements)
    (state,) = world.snapshot.states.values()
    assert len(state.account.policies) == policies
    assert {len(state.plan(principal).rules) for principal in asked(world)} == {min(statements, 2 * policies)}
    assert {policy.name for user in state.account.users.values() for policy in user.policies} == set(
        state.account.policies
    )


@pytest.mark.parametrize("accounts", [1, 8, 100])
def test_the_same_number_of_users_is_asked_however_many_accounts_there_are(accounts):
    world = many_accounts(accounts, 10)
    assert len(world.snapshot.states) == accounts
    assert len(asked(world)) == ASKED_USERS
    assert len({principal.account for principal in asked(world)}) == min(accounts, ASKED_USERS)


@pytest.mark.parametrize("conditional", [False, True])
def test_questions_are_allowed_denied_and_not_matched(conditional):
    world = one_account(50, 10, conditional=conditional)
    reasons = {evaluate(world.snapshot, question.parse()).reason for question in world.questions}
    assert reasons == {Reason.ALLOWED, Reason.EXPLICIT_DENY, Reason.NO_MATCHING_ALLOW}


def test_conditions_that_are_met_change_no_decision():
    free, bound = (one_account(50, 10, conditional=conditional) for conditional in (False, True))
    answers = [[evaluate(world.snapshot, question.parse()) for question in world.questions] for world in (free, bound)]
    assert answers[0] == answers[1]


def test_a_world_is_the_same_every_time():
    assert one_account(20, 10).questions == one_account(20, 10).questions
