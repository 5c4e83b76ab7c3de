"""Every road to an answer says what the specification says: cache cold and warm, batch, stream, over gRPC or not."""

import json
import random
import time

import pytest

from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.v1 import authz_pb2
from tests.builders import finished
from tests.sidecar import DEADLINE, Sidecar
from tests.spec import generators, model, subject

TURN = generators.TURN
TO_AND_FRO = [TURN - 1, TURN, TURN - 0.001, TURN + 0.999, TURN + 1, TURN + 0.5, TURN + 2, TURN - 2]
"""Moments around the dates that conditions name, so that each of them is passed in both directions."""


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def wanted(world, requests, now):
    return [model.decide(world, request._replace(time=now)) for request in requests]


def turns(world, request):
    """How many different answers there are over the time."""
    return len({model.decide(world, request._replace(time=now)) for now in TO_AND_FRO})


def batch_of(requests):
    return authz_pb2.BatchCheckRequest(checks=[subject.message(request) for request in requests])


def single(checker, request):
    return subject.told(authz_pb2.CheckResponse.FromString(checker.check(subject.message(request).SerializeToString())))


@pytest.mark.parametrize("seed", range(12))
def test_cold_and_warm_caches_and_batches_are_right_at_every_second(seed):
    world, requests = generators.dated(random.Random(seed), 400)
    requests = sorted(requests, key=lambda request: -turns(world, request))[:80]
    assert turns(world, requests[0]) > 1
    engine, clock = subject.engine_on(world), Clock()
    cache = DecisionCache(1000, clock)
    cold, warm = Checker(engine, DecisionCache(0), clock), Checker(engine, cache, clock)
    batches = BatchChecker(Checker(engine, DecisionCache(1000, clock), clock), 100)
    for now in TO_AND_FRO:
        clock.now = now
        expected = wanted(world, requests, now)
        assert [single(cold, request) for request in requests] == expected
        for _ in range(2):
            assert [single(warm, request) for request in requests] == expected
        answer = authz_pb2.BatchCheckResponse.FromString(
            finished(batches.check(batch_of(requests).SerializeToString()))
        )
        assert [subject.told(result.response) for result in answer.results] == expected
    assert cache.hits > 500
    assert cache.dropped > 0


@pytest.fixture(scope="module")
def world():
    """Thirty accounts, each of which knows the next one."""
    return generators.world(random.Random(3), [str(20_000_001 + number) for number in range(30)])


@pytest.fixture(scope="module")
def sidecar(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    for uin, account in world.items():
        (folder / uin / "policies").mkdir(parents=True)
        (folder / uin / "attachments.json").write_text(json.dumps(account["attachments"]))
        for name, document in account["policies"].items():
            (folder / uin / "policies" / f"{name}.json").write_text(json.dumps(document))
    with Sidecar(folder) as running:
        yield running


def by_check(stub, requests):
    return [stub.Check(subject.message(request), timeout=DEADLINE) for request in requests]


def by_batch(stub, requests):
    answer = stub.BatchCheck(batch_of(requests), timeout=DEADLINE)
    return [result.response for result in answer.results]


def by_stream(stub, requests):
    return list(stub.StreamCheck(map(subject.message, requests), timeout=DEADLINE))


@pytest.mark.parametrize("ask", [by_check, by_batch, by_stream])
def test_a_running_sidecar_answers_as_the_specification_when_asked_once_and_twice(world, sidecar, ask):
    rnd = random.Random(ask.__name__)  # other questions on each road, so that the first round finds a cold cache
    uins = list(world)
    requests = [generators.request(rnd, rnd.sample(uins, 2)) for _ in range(1000)]
    expected = wanted(world, requests, time.time())  # the dates of the policies are far from now
    for _ in range(2):
        assert [subject.told(answer) for answer in ask(sidecar.stub, requests)] == expected
