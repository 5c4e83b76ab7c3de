import pytest

from authz.engine.evaluate import evaluate
from tests.load.rival_grants import UIN, Patterns, grants, rivals_fixture


def fits(patterns, text):
    return text in patterns.exact or text.startswith(patterns.prefixes)


def allowed(world, question):
    fitting = [
        grant.is_allow
        for grant in world.grants
        if grant.user == question.principal
        and fits(grant.actions, question.action)
        and fits(grant.resources, question.resource)
    ]
    return bool(fitting) and all(fitting)


@pytest.mark.parametrize("policies", [10, 200])
def test_the_grants_mean_what_the_policies_mean(policies):
    world = rivals_fixture(policies)
    assert [allowed(world, each) for each in world.questions] == [
        evaluate(world.snapshot, each.parse()).allowed for each in world.questions
    ]


def test_every_policy_is_held_by_one_user():
    world = rivals_fixture(23)
    (state,) = world.snapshot.states.values()
    held = [policy.name for user in state.account.users.values() for policy in user.policies]
    assert sorted(held) == sorted(state.account.policies)


def test_a_statement_becomes_a_grant_of_its_user():
    statement = {"effect": "deny", "action": ["name/im:Get*", "im:AddUser"], "resource": ["*", "qcs::im:::a/*"]}
    (grant,) = grants({"p": {"statement": [statement]}}, {"100001": ["p"]})
    assert (grant.user, grant.is_allow) == (f"qcs::cam::uin/{UIN}:uin/100001", False)
    assert grant.actions == Patterns(("im:AddUser",), ("im:Get",))
    assert grant.resources == Patterns((), ("", "qcs::im:::a/"))


def test_what_the_peers_could_not_say_is_refused():
    statement = {"effect": "allow", "action": ["im:*User"], "resource": ["*"]}
    with pytest.raises(ValueError, match="prefixes"):
        list(grants({"p": {"statement": [statement]}}, {"100001": ["p"]}))
