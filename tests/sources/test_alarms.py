"""When the follower tells of a fault, and that nothing stops it from following."""

import asyncio
import time

import pytest

from authz.sources.status import ALARM_SECONDS, WHOLE_SOURCE
from tests.builders import account
from tests.logs import capture_logs
from tests.sources.folders import allowed
from tests.sources.following import Following
from tests.sources.shelf import waiting
from tests.waiting import until


def loaded(**accounts):
    following = Following(**accounts)
    assert following.load() == ()
    return following.shelf, following.follower


def refreshed(follower, after=0.0):
    """Refresh once, and report as if `after` seconds had passed; returns what was logged."""
    with capture_logs() as lines:
        asyncio.run(follower.refresh())
        follower.report(follower._clock() + after)
    return [(line["event"], line.get("account")) for line in lines]


REPORTED = ("account refused", "a")


def test_a_fault_that_is_mended_soon_raises_no_alarm():
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    assert refreshed(follower) == []
    shelf.put(a=account())
    assert [event for event, _ in refreshed(follower, ALARM_SECONDS)] == ["revision in force"]
    assert follower.status.refusals == 0


def test_a_fault_that_lasts_is_reported_once():
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    assert refreshed(follower, ALARM_SECONDS) == [REPORTED]
    assert refreshed(follower, ALARM_SECONDS * 9) == []
    assert follower.status.refusals == 1
    assert list(follower.status.reported_faults) == ["a"]


def test_another_fault_of_the_same_account_is_reported_anew():
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    refreshed(follower, ALARM_SECONDS)
    shelf.put(a="is broken in another way")
    assert refreshed(follower) == []
    assert refreshed(follower, ALARM_SECONDS) == [REPORTED]


def test_the_same_fault_in_a_new_version_is_not_reported_again():
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    refreshed(follower, ALARM_SECONDS)
    shelf.put(a="is broken")
    assert refreshed(follower, ALARM_SECONDS) == []


def test_the_end_of_a_reported_fault_is_told():
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    refreshed(follower, ALARM_SECONDS)
    shelf.put(a=account())
    assert ("fault fixed", "a") in refreshed(follower)
    assert follower.status.faults == {}


def test_an_alarm_lists_every_error_and_says_what_stays_in_force():
    # files-and-commands: every error listed as `file:line: code: message`
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    with capture_logs() as lines:
        asyncio.run(follower.refresh())
        follower.report(follower._clock() + ALARM_SECONDS)
    (line,) = [line for line in lines if line["event"] == "account refused"]
    assert line["problems"] == ["a/main:1: Broken: is broken"]
    assert line["consequence"] == "its last good version stays in force"
    assert line["log_level"] == "error"


def test_a_version_that_is_not_whole_for_long_is_told_with_what_it_waits_for():
    shelf, follower = loaded(a=account())
    shelf.unsettled["a"] = waiting()
    shelf.put(a=account(uin="7"))
    with capture_logs() as lines:
        asyncio.run(follower.refresh())
        follower.report(follower._clock() + ALARM_SECONDS)
    assert [(line["event"], line["path"]) for line in lines] == [("account is waited for", "a/main")]
    (stale,) = follower.status.stale(follower._clock() + 5.0)
    assert (stale.key, stale.path, stale.reason, stale.seconds) == ("a", "a/main", "somebody writes it", 5.0)
    shelf.unsettled.clear()
    assert refreshed(follower) == [("revision in force", None), ("version was waited for", "a")]
    assert follower.status.stale(0.0) == []


# Following ----------------------------------------------------------------------------------------------------------


def follow(following, condition, *told):
    """Follow until `condition()` holds, being told of these keys, or of anything if there are none."""

    async def follow_until():
        task = asyncio.create_task(following.follower.follow())
        following.shelf.tell(*told)
        try:
            await until(lambda: task.done() or condition())
            assert not task.done(), "following came to an end"
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with capture_logs() as lines:
        asyncio.run(follow_until())
    return [line["event"] for line in lines]


@pytest.fixture
def following():
    """With a clock that goes by itself, and no patience with faults."""
    made = Following(a=account())
    made.follower._clock = time.monotonic
    made.follower._alarm_seconds = 0.0
    made.load()
    return made


def test_a_source_that_cannot_be_read_for_a_while_leaves_everything_in_force(following):
    follower = following.follower
    following.shelf.is_unreadable = True
    assert "account refused" in follow(following, lambda: WHOLE_SOURCE in follower.status.reported_faults)
    (problem,) = follower.status.faults[WHOLE_SOURCE].problems
    assert problem.code == "SourceUnreadable"
    assert allowed(following.engine, 12345678) is False
    following.shelf.is_unreadable = False
    assert "fault fixed" in follow(following, lambda: not follower.status.faults)


def test_all_accounts_gone_is_reported_when_it_lasts(following):
    following.shelf.take("a")
    follow(following, lambda: following.follower.status.reported_faults)
    assert list(following.follower.status.reported_faults) == [WHOLE_SOURCE]


def test_a_bug_in_the_source_does_not_end_the_following(following):
    def fail():
        following.shelf.before_read = lambda: None
        raise ZeroDivisionError

    following.shelf.put(a=account(uin="7"))
    following.shelf.before_read = fail
    events = follow(following, lambda: allowed(following.engine, 7) is not None)
    assert events[0] == "reload failed; what is in force stays in force"
    assert "revision in force" in events


def test_a_large_source_is_surveyed_less_often():
    following = Following(a=account())
    following.shelf.__class__ = type("Telling", (type(following.shelf),), {"poll_seconds": 30.0})
    rests = []
    for seconds in (0.0, 0.04, 1.0):
        following.follower._survey_seconds = seconds
        rests.append(following.follower._rest())
    assert rests == [30.0, 40.0, 90.0]  # the last, so that an alert on looks that fail can be trusted


def test_a_source_that_tells_of_no_changes_is_surveyed_as_often_as_one_part_of_the_time_allows():
    following = Following(a=account())
    type_of = type("Untold", (type(following.shelf),), {"poll_seconds": 1.0})
    following.shelf.__class__ = type_of
    following.follower._survey_seconds = 0.0
    assert following.follower._rest() == 1.0
    following.follower._survey_seconds = 2.0
    assert following.follower._rest() == 100.0


def test_a_source_that_is_gone_does_not_say_that_nothing_is_served(following):
    following.shelf.is_unreadable = True
    status = following.follower.status
    follow(following, lambda: WHOLE_SOURCE in status.faults)
    for fault in status.faults.values():
        fault.is_reported = False
    with capture_logs() as lines:
        following.follower.report(time.monotonic())
    assert [line["consequence"] for line in lines] == ["what is in force stays in force"]
    assert following.engine.live.states.find("12345678") is not None
