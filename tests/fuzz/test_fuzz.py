import random

from tests.fuzz import fuzz
from tests.fuzz.mutation import Mutator
from tests.fuzz.targets import must_be_refused, policy_seeds

ROUNDS = 10


def unhurried():
    """A clock by which nothing takes any time."""
    return 0.0


def test_some_fuzzing_finds_nothing():
    running, failures = fuzz.fuzz(20260101, rounds=ROUNDS, clock=unhurried)
    assert [(failure.target, failure.fault, failure.data[:500]) for failure in failures] == []
    assert all(lane.executions > 100 for lane in running)
    assert all(len(lane.outcomes) > 3 for lane in running)


def test_a_crash_and_a_wrong_answer_are_failures():
    def crash(data):
        return 1 / data

    lane = fuzz.Lane("crash", crash, None, [])
    assert fuzz.execute(lane, 1) is None
    assert "ZeroDivisionError" in fuzz.execute(lane, 0).fault


def test_an_input_that_is_slow_twice_is_a_failure():
    clock = iter([0, 5, 10, 10.1, 20, 25, 30, 35]).__next__
    lane = fuzz.Lane("slow", lambda _: "done", None, [])
    assert fuzz.execute(lane, "slow once", clock) is None
    assert fuzz.execute(lane, "slow twice", clock).fault == "took 5.0 s"


def test_a_new_outcome_makes_a_new_seed():
    lane = fuzz.Lane("even", lambda data: data % 2, None, [])
    for data in range(5):
        fuzz.execute(lane, data)
    assert lane.corpus == [0, 1]


def test_one_seed_gives_one_series_of_inputs():
    seeds = policy_seeds()[:2]

    def series():
        mutator = Mutator(random.Random(1))
        return [mutator.text(*seeds) for _ in range(200)]

    assert series() == series()
    assert len(set(series())) > 150


def test_what_must_be_refused_is_told_from_what_may_be_good():
    good, *_ = policy_seeds()
    assert not must_be_refused(good)
    for bad in (
        "{",
        "[]",
        "{}",
        good.replace("2.0", "2"),
        good.replace("allow", "Allow"),
        good.replace('"action"', '"a"'),
    ):
        assert must_be_refused(bad)
