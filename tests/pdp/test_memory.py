"""Whatever callers ask, a server keeps no more than it was given: counted, not measured."""

import contextlib
import gc
import itertools
import tracemalloc

import pytest

from authz.accounts.model import Account, User
from authz.engine import request as request_module
from authz.engine.live import Engine
from authz.errors import InvalidRequestError
from authz.language import operators, resource
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from tests.builders import ROOT_UIN, allow, deny, policy
from tests.sidecar import check_request

ANSWERS, PLANS, MEMOS = 200_000, 100_000, 50_000
REST = 300_000
"""Bytes of what is read of questions and remembered, of these few questions."""
OPEN = policy("open", allow("im:*", f"qcs::im::uin/{ROOT_UIN}:sdkappid/14*"), deny("im:Remove*"))
CAREFUL = [
    policy(f"p{n}", allow("im:*", condition={"string_equal": {f"key{n}": [f"value{n}-{m}" for m in range(20)]}}))
    for n in range(20)
]


def question(user=0, action="im:AddUser", tail="1400000001", **context):
    principal = f"qcs::cam::uin/{ROOT_UIN}:uin/{100_000 + user}"
    return check_request(principal, action, f"qcs::im::uin/{ROOT_UIN}:sdkappid/{tail}", **context).SerializeToString()


ATTACKS = {
    "long ids": lambda n: question(tail=f"{n}" + "x" * 2000),
    "absurd ids": lambda n: question(tail=f"{n}" + "x" * 1_000_000),
    "denials with conditions": lambda n: question(user=99, tail=f"{n}"),
    "names of actions": lambda n: question(user=n % 50, action=f"im:Made{n}"),
    "long names of actions": lambda n: question(user=n % 50, action=f"im:Made{n}{'x' * 1000}"),
    "kinds of resources": lambda n: question(user=n % 50, tail=f"{n}").replace(b"qcs::im:", b"qcs::%02d:" % (n % 100)),
    "users": lambda n: question(user=n % 99),
    "users who are not there": lambda n: question(user=1000 + n),
    "contexts that are read": lambda n: question(user=99, key1=[f"{n}"] * 90, key2=["v" * 500]),
    "contexts that are not read": lambda n: question(trace=[f"{n}"], other=["v" * 500]),
    "huge contexts": lambda n: question(user=99, key1=[f"{n}"] * 5000),
}


class Attacked:
    """A server's checker with little room."""

    def __init__(self):
        users = {str(100_000 + n): User(str(100_000 + n), "", (OPEN,)) for n in range(99)}
        users["100099"] = User("100099", "", tuple(CAREFUL))
        self.engine = Engine(PLANS)
        self.engine.publish({ROOT_UIN: Account(ROOT_UIN, "", users, {}, {}, {})}, (), 1)
        self.cache = DecisionCache(10_000, most=ANSWERS)
        self.checker = Checker(self.engine, self.cache, memo_bytes=MEMOS)

    def ask(self, data):
        with contextlib.suppress(InvalidRequestError):
            self.checker.check(data)

    @property
    def held(self):
        return self.cache.held, self.engine.budget.held, self.checker._tiers._memos.held


def forget_readings():
    for known in (request_module._principal, request_module._action, resource._some_resource):
        known.cache_clear()


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_kept_stays_within_its_bounds_and_is_all_that_is_kept(name):
    attacked, make = Attacked(), ATTACKS[name]
    for n in range(300):  # whoever is asked about, and all that is made once
        attacked.ask(make(n))
    forget_readings()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for n in range(1000, 2500):
            attacked.ask(make(n))
            assert all(map(lambda held, most: held <= most, attacked.held, (ANSWERS, PLANS, MEMOS)))
        forget_readings()
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < ANSWERS + PLANS + MEMOS + REST


def test_all_at_once_they_stay_within_the_same_bounds():
    attacked = Attacked()
    for n, make in itertools.product(range(200), ATTACKS.values()):
        attacked.ask(make(n))
        assert all(map(lambda held, most: held <= most, attacked.held, (ANSWERS, PLANS, MEMOS)))


@pytest.mark.parametrize(
    ("known", "read", "make"),
    [
        ("_principal", request_module._principal, lambda n: f"qcs::cam::uin/1:roleName/{n:05}{'r' * 98}"),
        ("_action", request_module._action, lambda n: f"im:{n:05}{'A' * 120}"),
        ("_some_resource", resource._some_resource, lambda n: f"qcs::{'s' * 100}{n:05}:r:uin/1:"),
        ("read_address", operators.read_address, lambda n: f"10.0.{n // 256 % 256}.{n % 256}" + " " * 48),
        (
            "read_date",
            operators.read_date,
            lambda n: f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z" + " " * 40,
        ),
    ],
)
def test_what_was_read_of_names_and_values_is_remembered_in_little_memory(known, read, make):
    """Of all five together less than 8 MiB."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for n in range(6000):
            assert read(make(n)) is not None
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < 4.5 * 1024 * 1024, known
