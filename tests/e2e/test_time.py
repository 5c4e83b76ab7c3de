"""A grant that ends at a moment ends at that moment, with a warm cache and without any reload."""

import time
from datetime import UTC, datetime

import pytest

from tests.builders import allow
from tests.sidecar import Sidecar, user, write_account


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("operator", "before"), [("date_less_than", True), ("date_greater_than_equal", False)])
def test_a_decision_turns_at_the_second_although_it_is_cached(tmp_path, operator, before):
    turn = int(time.time()) + 3
    condition = {operator: {"qcs:current_time": at(turn)}}
    write_account(tmp_path, {"p": [allow("im:*", condition=condition)]}, users=[{"uin": "100001", "policies": ["p"]}])
    with Sidecar(tmp_path) as sidecar:
        heard = []
        while time.time() < turn + 1.5:
            asked = time.time()
            allowed = sidecar.check(user(), "im:AddUser").allowed
            heard.append((asked, allowed, time.time()))
        metrics = sidecar.metrics()
    assert all(allowed is before for _, allowed, answered in heard if answered < turn)
    assert all(allowed is not before for asked, allowed, _ in heard if asked >= turn)
    assert min(len([each for each in heard if each[2] < turn]), len([each for each in heard if each[0] >= turn])) > 20
    assert metrics["authz_cache_hits_total",] > len(heard) / 2
    assert metrics["authz_source_reloads_total",] == 1
