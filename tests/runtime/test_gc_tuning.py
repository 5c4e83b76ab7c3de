import gc
import sys

import pytest

from authz.engine.request import parse_request
from authz.pdp.cache import DecisionCache, Entry
from authz.runtime.gc_tuning import GC_PAUSES, YOUNG_COLLECTOR, held_off, tune_after_load
from tests.builders import ALICE, account, allow, engine, policy


@pytest.fixture(autouse=True)
def as_before():
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)
    gc.unfreeze()
    gc.enable()
    gc.callbacks[:] = [each for each in gc.callbacks if each != GC_PAUSES.note]


class Node:
    pass


def test_what_lives_when_the_service_settles_is_never_looked_at_again():
    kept = [Node()]
    tune_after_load()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept[0] for each in gc.get_objects())


def test_replaced_accounts_and_dropped_answers_need_no_collector():
    tune_after_load()
    gc.disable()
    live = engine(account(own=[policy("p", allow("im:*", condition={"ip_equal": {"qcs:ip": "10.0.0.1"}}))]))
    live.decide(parse_request(ALICE, "im:AddUser", "*", {}))
    state = live.live.states["12345678"]
    found = gc.get_referents(state.plan(parse_request(ALICE, "im:AddUser", "*", {}).principal))
    assert found
    del found, state
    before = len(gc.get_objects())
    cache = DecisionCache(1)
    for revision in range(2, 50):
        live.publish({"12345678": account(own=[policy("p", allow("im:*"))])}, (), revision)
        live.decide(parse_request(ALICE, "im:AddUser", "*", {}))
        cache.put(b"%d" % revision, Entry(b"", live.live.lease("12345678")))
    assert len(gc.get_objects()) - before < 1000


def test_nothing_is_collected_while_everything_is_loaded_even_if_that_fails():
    seen = []

    def fail():
        with held_off():
            seen.append(gc.isenabled())
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    assert (seen, gc.isenabled()) == ([False], True)


def test_pauses_are_measured_once_the_service_has_settled():
    tune_after_load()
    tune_after_load()
    assert gc.callbacks.count(GC_PAUSES.note) == 1
    before = GC_PAUSES.seconds
    gc.collect()
    assert before < GC_PAUSES.seconds < before + 10


def test_given_as_much_ends_as_begins_then_the_young_are_collected_all_the_same():
    tune_after_load()
    ages = []
    gc.callbacks.append(note := lambda phase, info: ages.append(info["generation"]) if phase == "stop" else None)
    try:
        kept = []
        for _ in range(200):
            YOUNG_COLLECTOR.task_started()
            kept.append([Node() for _ in range(20)])
        assert ages.count(1) >= 3
    finally:
        gc.callbacks.remove(note)
