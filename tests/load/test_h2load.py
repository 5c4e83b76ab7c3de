import pytest

from authz.cli.bench.load_generator import closed_loop
from authz.cli.bench.load_questions import warm
from tests.load.baseline import BaselineMode
from tests.load.h2load import calls, is_installed, load, seconds
from tests.load.processes import running_baseline

pytestmark = pytest.mark.skipif(not is_installed(), reason="h2load is not installed (Debian: nghttp2-client)")


def test_h2load_and_our_own_generator_both_get_every_answer():
    with running_baseline(BaselineMode.AIO) as baseline:
        outside = load(baseline.address, calls(500), 16)
        own = closed_loop(baseline.address, "/authz.v1.AuthorizationService/Check", warm(500), 16)
    assert (outside.succeeded, len(outside.latencies), own.answered) == (500, 500, 500)


def test_h2load_asks_for_a_time_and_every_call_of_it_is_answered():
    with running_baseline(BaselineMode.AIO) as baseline:
        seen = load(baseline.address, seconds(1), 4, connections=3)
    assert seen.succeeded == len(seen.latencies)
    assert seen.rate == pytest.approx(seen.succeeded, rel=0.2)
