"""A cold check goes down and never calls back up, and looks the plan of its caller up once."""

import pytest

from tests.house.walk import WALKS, Call, from_below, stays, walk


@pytest.mark.parametrize("name", WALKS)
def test_no_module_is_entered_from_below(name):
    calls = walk(*WALKS[name])
    assert calls[0].module == "pdp.check"
    assert from_below(calls) == []


def test_a_call_of_a_module_by_one_that_it_stands_on_is_noticed():
    up, down = Call("engine.plan", "engine.denial", "_hints"), Call("engine.denial", "engine.plan", "missed")
    assert from_below([down, up, Call("", "pdp.check", "check")]) == [up]


@pytest.mark.parametrize("name", [name for name in WALKS if name != "a new prefix"])
def test_the_plan_is_resolved_once_at_most(name):
    assert [call.function for call in walk(*WALKS[name])].count("PrincipalPlan.for_action") <= 1


def test_a_stay_ends_where_a_call_enters_another_module():
    assert stays([Call("", "a", "f"), Call("a", "a", "g"), Call("a", "b", "h"), Call("a", "a", "i")]) == ["a", "b", "a"]
