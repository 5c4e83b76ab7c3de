import itertools

import pytest

from authz.cli.bench.load_generator import Figures, closed_loop, open_loop
from authz.errors import AuthzError
from tests.load.baseline import BaselineMode
from tests.load.processes import running_baseline

CHECK = "/authz.v1.AuthorizationService/Check"


@pytest.fixture(scope="module")
def floor():
    with running_baseline(BaselineMode.AIO) as running:
        yield running.address


def questions(count):
    return itertools.repeat(b"question", count)


def seen(figures):
    return figures.answered, figures.failed, len(figures.latencies)


@pytest.mark.parametrize("in_flight", [1, 16, 300])
def test_every_question_of_a_closed_loop_is_answered(floor, in_flight):
    assert seen(closed_loop(floor, CHECK, questions(500), in_flight)) == (500, 0, 500)


def test_an_open_loop_keeps_its_rate_and_counts_latency_from_the_intended_time(floor):
    figures = open_loop(floor, CHECK, questions(200), rate=1000)
    assert seen(figures) == (200, 0, 200)
    assert figures.seconds >= 0.199


def test_a_call_that_ends_without_a_message_failed(floor):
    assert seen(closed_loop(floor, "/no.Such/Method", questions(20), 4)) == (0, 20, 0)


def test_messages_larger_than_the_windows_arrive_whole(floor):
    assert seen(closed_loop(floor, CHECK, itertools.repeat(b"x" * 300_000, 10), 4)) == (10, 0, 10)


def test_a_server_that_hangs_up_is_an_error():
    with running_baseline(BaselineMode.AIO) as running:
        address = running.address
    with pytest.raises((AuthzError, OSError)):
        closed_loop(address, CHECK, questions(1), 1)


def test_percentiles_are_those_of_the_sorted_latencies():
    figures = Figures(answered=4, failed=0, seconds=2.0, latencies=[1.0, 2.0, 3.0, 4.0])
    assert (figures.percentile(0.5), figures.percentile(0.99), figures.rate) == (3.0, 4.0, 2.0)
