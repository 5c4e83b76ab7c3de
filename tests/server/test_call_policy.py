"""How long a call may wait for a revision: within the patience of the server, and the deadline of its caller."""

import asyncio

import pytest

from authz.errors import OverloadError, RevisionNotReachedError
from authz.pdp.counters import Counters
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.call_policy import CallPolicy
from authz.server.client_allowlist import ClientAllowlist
from authz.server.revisions import RevisionFeed
from tests.builders import account, engine
from tests.waiting import FOREVER, until

IMPOSSIBLE = 10**15  # a revision that no sidecar can have given


class Feed(RevisionFeed):
    """Keeps how long each wait may take, and ends it at once."""

    def __init__(self):
        super().__init__(engine(account()))
        self.seconds = []

    async def reached(self, _revision, seconds):
        self.seconds.append(seconds)


def policy(feed, longest=10.0, limit=10):
    return CallPolicy(feed, Counters(), longest, ConcurrencyLimiter(limit), ClientAllowlist(["backend"]))


@pytest.mark.parametrize(
    ("seconds_left", "expected"), [(None, 10.0), (100.0, 10.0), (5.0, 4.5), (0.1, 0.08), (0.01, 0.0), (0.0, 0.0)]
)
def test_a_wait_leaves_time_for_the_answer_before_the_deadline_of_the_caller(seconds_left, expected):
    feed = Feed()
    asyncio.run(policy(feed).wait_for(2, seconds_left, "a"))
    assert feed.seconds == [pytest.approx(expected)]


def test_an_impossible_revision_is_rejected_at_once():
    feed = Feed()
    with pytest.raises(RevisionNotReachedError, match="cannot have been given by any sidecar yet"):
        asyncio.run(policy(feed).wait_for(IMPOSSIBLE, None, "a"))
    assert feed.seconds == []


def test_calls_that_wait_are_bounded():
    async def scenario():
        rules = policy(RevisionFeed(engine(account())), FOREVER, limit=1)
        first = asyncio.ensure_future(rules.wait_for(2, None, "a"))
        await until(lambda: rules.limiter.waiting)
        with pytest.raises(OverloadError):
            await rules.wait_for(2, None, "b")
        first.cancel()
        await asyncio.wait([first])
        return rules.limiter.waiting

    assert asyncio.run(scenario()) == 0


def test_probes_and_reflection_are_open_to_every_client_and_not_counted():
    rules = policy(Feed())
    others = rules.for_everybody()
    assert others.allowlist is None
    assert others.counters is not rules.counters
    assert others.counters.peer_faults is rules.counters.peer_faults
    assert others.limiter is rules.limiter
