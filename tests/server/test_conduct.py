"""How long a call waits for a revision: no longer than the server likes, nor than its caller does."""

import asyncio

import pytest

from authz.errors import RevisionNotReachedError
from authz.server.admission import Admission
from authz.server.check import RevisionAheadError
from authz.server.conduct import Conduct
from authz.server.tally import Tally

PATIENCE = 10.0


class Feed:
    """Keeps how long it is to wait for which revision, which never comes."""

    def __init__(self):
        self.asked = []

    async def reached(self, revision, seconds):
        self.asked.append((revision, seconds))
        raise RevisionNotReachedError(revision, 1)


def waited(left):
    """The seconds that a call with so many left until its deadline waits for a revision."""
    feed = Feed()

    async def again():
        raise AssertionError("the revision never came")

    async def scenario():
        conduct = Conduct(feed, Tally(), PATIENCE, Admission(1))
        await conduct.second_try(again, RevisionAheadError(7, 1), left)

    with pytest.raises(RevisionNotReachedError):
        asyncio.run(scenario())
    [(revision, seconds)] = feed.asked
    assert revision == 7
    return seconds


def test_without_a_deadline_or_with_a_far_one_the_server_ends_the_waiting():
    assert waited(None) == waited(3600.0) == PATIENCE


@pytest.mark.parametrize("left", [5.0, 0.5, 0.1])
def test_a_near_deadline_leaves_time_for_the_answer_to_arrive(left):
    assert left / 2 < waited(left) <= left - max(0.02, left / 10)


def test_who_has_no_time_left_does_not_wait():
    assert waited(0.01) == 0.0


def test_an_error_that_no_revision_mends_is_not_waited_about():
    async def scenario():
        conduct = Conduct(Feed(), Tally(), PATIENCE, Admission(1))
        await conduct.second_try(lambda: None, ZeroDivisionError(), None)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())
