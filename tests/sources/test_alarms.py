"""When the follower tells of a fault, and that nothing stops it from following."""

import asyncio
import time

import pytest

from authz.engine.live import Engine
from authz.sources import follower as follower_module
from authz.sources.follower import ALARM_SECONDS, WHOLE_SOURCE, Follower
from tests.builders import account
from tests.logs import capture_logs
from tests.sources.folders import allowed
from tests.sources.shelf import Shelf
from tests.waiting import until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(follower_module, "SETTLE_SECONDS", 0)


def loaded(**accounts):
    shelf = Shelf(**accounts)
    follower = Follower(shelf, Engine())
    assert asyncio.run(follower.load(lambda _done, _total: None, allow_broken=False)) == ()
    return shelf, follower


def refreshed(follower, after=0.0):
    """Refresh once, and report as if `after` seconds had passed; returns what was logged."""
    with capture_logs() as lines:
        asyncio.run(follower.refresh())
        follower._report(now=time.monotonic() + after)
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
    assert ("fault mended", "a") in refreshed(follower)
    assert follower.status.faults == {}


def test_an_alarm_lists_every_error_and_says_what_stays_in_force():
    # files-and-commands: every error listed as `file:line: code: message`
    shelf, follower = loaded(a=account())
    shelf.put(a="is broken")
    with capture_logs() as lines:
        asyncio.run(follower.refresh())
        follower._report(now=time.monotonic() + ALARM_SECONDS)
    (line,) = [line for line in lines if line["event"] == "account refused"]
    assert line["problems"] == ["a/main:1: Broken: is broken"]
    assert line["consequence"] == "its last good version stays in force"
    assert line["log_level"] == "error"


# Following ----------------------------------------------------------------------------------------------------------


async def _until(follower, condition):
    """Follow, at every turn of the loop, until `condition()` holds."""
    task = asyncio.create_task(follower.follow(lambda _: asyncio.sleep(0)))
    try:
        await until(lambda: task.done() or condition())
        assert not task.done(), "following came to an end"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def follow(follower, condition):
    with capture_logs() as lines:
        asyncio.run(_until(follower, condition))
    return [line["event"] for line in lines]


def test_a_source_that_cannot_be_read_for_a_while_leaves_everything_in_force(monkeypatch):
    monkeypatch.setattr(follower_module, "ALARM_SECONDS", 0)
    shelf, follower = loaded(a=account())
    shelf.is_unreadable = True
    assert "account refused" in follow(follower, lambda: WHOLE_SOURCE in follower.status.reported_faults)
    (problem,) = follower.status.faults[WHOLE_SOURCE].problems
    assert problem.code == "SourceUnreadable"
    assert allowed(follower._engine, 12345678) is False
    shelf.is_unreadable = False
    assert follow(follower, lambda: not follower.status.faults) == ["fault mended"]


def test_a_source_that_is_gone_does_not_say_that_nothing_is_served(monkeypatch):
    monkeypatch.setattr(follower_module, "ALARM_SECONDS", 0)
    shelf, follower = loaded(a=account())
    shelf.is_unreadable = True
    with capture_logs() as lines:
        asyncio.run(_until(follower, lambda: WHOLE_SOURCE in follower.status.reported_faults))
    assert [line["consequence"] for line in lines if "consequence" in line] == ["what is in force stays in force"]
    assert follower._engine.live.states.find("12345678") is not None


def test_all_accounts_gone_is_reported_when_it_lasts(monkeypatch):
    monkeypatch.setattr(follower_module, "ALARM_SECONDS", 0.05)
    shelf, follower = loaded(a=account())
    shelf.take("a")
    follow(follower, lambda: follower.status.reported_faults)
    assert list(follower.status.reported_faults) == [WHOLE_SOURCE]


def test_a_bug_in_the_source_does_not_end_the_following():
    shelf, follower = loaded(a=account())

    def fail():
        shelf.before_load = lambda: None
        raise ZeroDivisionError

    shelf.put(a=account(uin="7"))
    shelf.before_load = fail
    events = follow(follower, lambda: allowed(follower._engine, 7) is not None)
    assert events[0] == "reload failed; what is in force stays in force"
    assert events[-1] == "revision in force"


def test_a_large_source_is_looked_at_less_often():
    _, follower = loaded(a=account())
    follower._look_seconds = 0.0
    assert follower._pause() == follower_module.POLL_SECONDS
    follower._look_seconds = 2.0
    assert follower._pause() == 2.0 * follower_module.POLL_SHARE


def test_a_fault_that_is_not_reported_yet_is_looked_at_again_sooner():
    shelf, follower = loaded(a=account())
    follower._look_seconds = 0.0
    shelf.put(a="is broken")
    refreshed(follower)
    follower._look_seconds = 0.0
    assert follower._pause() == follower_module.POLL_SECONDS / 2
