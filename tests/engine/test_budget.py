"""Compiled plans stay within their budget for any principals and names."""

import gc
import sys
import threading
import tracemalloc

import pytest

from authz.accounts.model import Account, User
from authz.engine.budget import PlanBudget
from authz.engine.live import Engine
from authz.engine.request import parse_request
from tests.builders import ROOT_UIN, allow, deny, engine, policy

OPEN = policy("p", allow("im:*", "qcs::im::uin/12345678:sdkappid/14*"), deny("im:Remove*"))
BOUND = policy("v", allow("im:*", ["qcs::im::uin/12345678:user/${uin}/*", f"qcs::im:::a/${{uin}}/{'x' * 100}"]))
CONDITIONS = policy(
    "c",
    allow(
        "im:*",
        condition={
            "ip_equal": {"qcs:ip": [f"10.{number}.0.0/16" for number in range(20)]},
            "string_like": {"dept": [f"a{number}*" for number in range(20)]},
        },
    ),
)
MANY = policy("m", allow("im:*", [f"qcs::im::uin/12345678:sdkappid/14{number}" for number in range(60)]))
CONTEXT = {"qcs:ip": ("203.0.113.7",), "dept": ("x",)}


def of_users(count, *policies, uin=ROOT_UIN):
    numbers = [str(100_000 + number) for number in range(count)]
    return Account(uin, "", {number: User(number, "", policies) for number in numbers}, {}, {}, {})


def plans_of(*accounts, most):
    made = Engine(most)
    made.publish({each.uin: each for each in accounts}, (), 1)
    return made


def ask(of, user, action="im:AddUser", service="im"):
    principal = f"qcs::cam::uin/{ROOT_UIN}:uin/{100_000 + user}"
    resource = f"qcs::{service}::uin/{ROOT_UIN}:sdkappid/1400000001"
    return of.decide(parse_request(principal, action, resource, CONTEXT))


def test_a_plan_that_is_used_stays_and_others_make_room():
    of = plans_of(of_users(500, OPEN), most=200_000)
    state = of.live.states[ROOT_UIN]
    ask(of, 0)
    used = state._plans["user/100000"]
    for user in range(1, 500):
        ask(of, user)
        ask(of, 0)
        assert of.budget.held <= 200_000
    assert state._plans["user/100000"] is used
    assert 5 < len(state._plans) < 100


def test_names_and_places_that_callers_make_up_hold_no_more_than_there_is_room_for():
    of = plans_of(of_users(20, OPEN, CONDITIONS), most=1_000_000)
    for user in range(20):
        for number in range(200):
            assert ask(of, user, f"im:Made{number}").allowed
            ask(of, user, service=f"made{number}")
            assert of.budget.held <= 1_000_000


def test_decisions_do_not_depend_on_the_budget():
    roomy = plans_of(of_users(30, OPEN, BOUND, MANY), most=10**9)
    for most in (0, 3_000, 50_000):
        tight = plans_of(of_users(30, OPEN, BOUND, MANY), most=most)
        for user in (*range(30), *range(30)):
            for action in ("im:AddUser", "im:RemoveUser", "sms:SendSms"):
                assert ask(tight, user, action) == ask(roomy, user, action)
        assert tight.budget.held <= most


def test_a_plan_that_alone_has_no_room_is_not_kept():
    of = plans_of(of_users(1, OPEN), most=100)
    assert ask(of, 0).allowed
    assert (of.budget.held, of.live.states[ROOT_UIN]._plans) == (0, {})


def test_plans_of_a_replaced_account_are_counted_no_longer():
    of = plans_of(of_users(50, OPEN), most=10**9)
    for revision in range(2, 20):
        for user in range(50):
            ask(of, user)
        of.publish({ROOT_UIN: of_users(50, OPEN)}, (), revision)
    assert (of.budget.held, len(of.budget._meters)) == (0, 0)


def test_assuming_roles_keeps_nothing_for_each_of_them():
    assert not hasattr(engine(of_users(1)).live.states[ROOT_UIN], "_trusts")


@pytest.mark.parametrize("policies", [[OPEN], [BOUND], [CONDITIONS], [MANY], [OPEN, BOUND, CONDITIONS, MANY]])
@pytest.mark.parametrize(
    ("actions", "services"),
    [
        (["im:AddUser"], ["im"]),
        ([f"im:Made{n}" for n in range(50)], ["im"]),
        (["im:AddUser"], [f"s{n}" for n in range(30)]),
    ],
    ids=["one", "names", "places"],
)
def test_plans_take_no_more_memory_than_is_counted(policies, actions, services):
    account = of_users(60, *policies)
    ask(plans_of(account, most=10**9), 0)  # what all share is read
    of = plans_of(account, most=10**9)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for user in range(60):
            for action in actions:
                for service in services:
                    ask(of, user, action, service)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.1 * of.budget.held < taken <= of.budget.held


def test_what_comes_and_goes_is_collected_while_it_is_little():
    """Python collects when more was made than freed: not at all while plans make room for others, and then for long."""
    of, young = plans_of(of_users(500, OPEN, MANY), most=200_000), []

    def look(phase, _info):
        if phase == "start":
            young.append(len(gc.get_objects(0)) + len(gc.get_objects(1)))

    gc.collect()
    gc.callbacks.append(look)
    try:
        for user in range(500):
            ask(of, user)
    finally:
        gc.callbacks.remove(look)
    assert max(young) < 10_000
    assert len(young) > 100


@pytest.fixture
def hasty_threads():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_may_share_the_room():
    of, failures = plans_of(of_users(40, OPEN, BOUND), most=100_000), []

    def asking(first):
        try:
            for number in range(600):
                assert ask(of, (first + number * 7) % 40, f"im:Made{number % 9}").allowed
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the test
            failures.append(error)

    threads = [threading.Thread(target=asking, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    of.publish({}, [ROOT_UIN], 2)
    gc.collect()
    assert of.budget.held == 0


def test_a_budget_lets_go_of_those_first_that_were_not_used():
    budget, gone = PlanBudget(100), []
    meters = [budget.open(lambda name=name: gone.append(name)) for name in "abc"]
    for meter in meters:
        meter.add(30)
    for meter in meters:
        meter.is_used = False
    meters[0].is_used = True
    meters[2].add(40)
    assert (gone, budget.held) == (["b"], 100)
    meters[1].add(1000)
    assert budget.held == 100
