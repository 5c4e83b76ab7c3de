import gc
import weakref

import pytest

from authz.cache import DecisionCache, Entry
from authz.collector import exempt_new, settle
from authz.engine.request import parse_request
from tests.builders import ALICE, account, allow, engine, policy


@pytest.fixture(autouse=True)
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    gc.enable()


class Node:
    pass


def test_what_lives_when_the_service_settles_is_never_looked_at_again():
    kept = [Node()]
    settle()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept[0] for each in gc.get_objects())


def test_young_garbage_is_not_exempted():
    settle()
    node = Node()
    node.itself = node
    gone = weakref.ref(node)
    del node
    exempt_new()
    assert gone() is None


def test_replaced_accounts_and_dropped_answers_need_no_collector():
    settle()
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
