import itertools

import pytest

from tests.load.baseline import BaselineMode
from tests.load.processes import running_baseline
from tests.load.stream_load import streams


@pytest.mark.parametrize(("count", "window"), [(1, 1), (4, 8)])
def test_every_message_of_streams_is_answered(count, window):
    with running_baseline(BaselineMode.AIO) as baseline:
        path = "/authz.v1.AuthorizationService/StreamCheck"
        figures = streams(baseline.address, path, itertools.repeat(b"question", 200), count, window)
    assert (figures.answered, figures.failed, len(figures.latencies)) == (200, 0, 200)
