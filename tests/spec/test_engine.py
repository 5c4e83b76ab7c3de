"""The engine decides as the executable specification does, whatever hypothesis thinks of."""

from collections import Counter

from hypothesis import HealthCheck, given, settings

from authz.engine.decision import Reason
from tests.spec import generators, model, subject
from tests.spec.compare import QUESTIONS, compare

SEEDS = range(40)


@settings(max_examples=250, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(generators.scenarios)
def test_the_engine_decides_as_the_specification_does(scenario):
    world, requests = scenario
    engine = subject.engine_on(world)
    for request in requests:
        assert subject.verdict(engine, request) == model.decide(world, request), request


def test_every_reason_comes_up_often_among_ten_thousand_seeded_decisions():
    reasons = sum((compare(seed) for seed in SEEDS), Counter())  # each raises at its first difference
    assert reasons.total() == len(SEEDS) * QUESTIONS == 10_000
    assert set(reasons) == {reason.name for reason in Reason}
    assert min(reasons.values()) > 0.01 * reasons.total(), reasons


def test_one_world_is_drawn_from_one_seed():
    assert generators.seeded(7, 20) == generators.seeded(7, 20)
