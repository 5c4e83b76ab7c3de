"""A grant that ends at a moment ends at that moment, with a warm cache and without any reload."""

import time
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from tests.builders import allow
from tests.sidecar import Sidecar, eventually, user, write_account

LEADS = (2, 8, 40)  # seconds until the moment; a machine that was too busy to hear anything before it gets more


class Heard(NamedTuple):
    """An answer, and between which moments it was given."""

    asked: float
    allowed: bool
    answered: float


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def heard_around(turn, sidecar):
    """All answers until some were asked for after the moment."""
    heard = []

    def ask():
        asked = time.time()
        allowed = sidecar.check(user(), "im:AddUser").allowed
        heard.append(Heard(asked, allowed, time.time()))
        return sum(each.asked >= turn for each in heard) >= 20

    eventually(ask)
    return heard


@pytest.mark.parametrize(("operator", "before"), [("date_less_than", True), ("date_greater_than_equal", False)])
def test_a_decision_turns_at_the_second_although_it_is_cached(tmp_path, operator, before):
    for lead in LEADS:
        turn = int(time.time()) + lead
        statement = allow("im:*", condition={operator: {"qcs:current_time": at(turn)}})
        write_account(tmp_path, {"p": [statement]}, users=[{"uin": "100001", "policies": ["p"]}])
        with Sidecar(tmp_path) as sidecar:
            heard = heard_around(turn, sidecar)
            metrics = sidecar.metrics()
        early = [each for each in heard if each.answered < turn]
        if len(early) > 20:
            break
    assert {each.allowed for each in early} == {before}
    assert {each.allowed for each in heard if each.asked >= turn} == {not before}
    assert metrics["authz_cache_hits_total",] > len(heard) / 2
    assert metrics["authz_source_reloads_total",] == 1
