"""The engine decides as the executable specification does, whatever hypothesis thinks of."""

import random
from collections import Counter

from hypothesis import HealthCheck, given, settings

from authz.engine.decision import Reason
from tests.spec import generators, model, subject
from tests.spec.compare import QUESTIONS, compare
from tests.spec.conditions_model import as_list

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


def test_principals_with_more_statements_than_a_machine_word_has_bits_are_decided_alike():
    worlds = {seed: generators.world(random.Random(seed), most=8) for seed in range(30)}
    crowded = [seed for seed, world in worlds.items() if max(statements_held(world[generators.ROOT])) > 64]
    assert len(crowded) >= 3
    assert sum((compare(seed, most=8) for seed in crowded), Counter()).total() == len(crowded) * QUESTIONS


def statements_held(account):
    """How many statements each user of an account has, those of its groups included."""
    sizes = {name: len(as_list(document["statement"])) for name, document in account["policies"].items()}
    groups = {group["name"]: group["policies"] for group in account["attachments"]["groups"]}
    for user in account["attachments"]["users"]:
        through = [name for group in user.get("groups", []) for name in groups[group]]
        yield sum(sizes[name] for name in (*user.get("policies", []), *through))


def test_one_world_is_drawn_from_one_seed():
    assert generators.seeded(7, 20) == generators.seeded(7, 20)
