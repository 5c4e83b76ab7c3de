"""Turns: a caller cannot hold up the others, and what waits is bounded."""

import asyncio

import pytest

from authz.doors.api3.errors import ApiError
from authz.doors.api3.turns import TurnLimits, Turns
from tests.waiting import until, until_others_end


class Calls:
    """Calls that run until they are released."""

    def __init__(self, **limits):
        self.turns = Turns(TurnLimits(**limits))
        self.running = []
        self._release = asyncio.Event()

    async def call(self, caller):
        async with self.turns.turn(caller):
            self.running.append(caller)
            await self._release.wait()

    def start(self, caller, count=1):
        return [asyncio.create_task(self.call(caller)) for _ in range(count)]

    async def end(self):
        self._release.set()
        await until_others_end()


def test_a_caller_with_many_calls_leaves_threads_to_others():
    async def scenario():
        calls = Calls(at_once=3, of_one_at_once=2)
        calls.start("greedy", 50)
        await until(lambda: len(calls.running) == 2)
        calls.start("other")
        await until(lambda: "other" in calls.running)
        assert calls.running.count("greedy") == 2
        await calls.end()
        assert len(calls.running) == 51
        assert calls.turns.calls == 0
        assert calls.turns._callers == {}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("limits", "callers"),
    [({"waiting_of_one": 1}, ["a", "a", "a"]), ({"waiting": 1}, ["a", "b", "c"])],
)
def test_more_waiting_calls_than_admitted_are_refused(limits, callers):
    async def scenario():
        calls = Calls(at_once=1, of_one_at_once=1, **limits)
        for caller in callers[:-1]:
            calls.start(caller)
        await until(lambda: calls.turns.calls == 2)
        with pytest.raises(ApiError) as caught:
            await calls.call(callers[-1])
        assert caught.value.code == "RequestLimitExceeded"
        await calls.end()
        assert calls.running == callers[:-1]

    asyncio.run(scenario())


def test_a_call_that_is_cancelled_gives_its_turn_back():
    async def scenario():
        calls = Calls(at_once=1, of_one_at_once=1)
        [first] = calls.start("a")
        await until(lambda: calls.running == ["a"])
        [waiting] = calls.start("a")
        await until(lambda: calls.turns.calls == 2)
        waiting.cancel()
        first.cancel()
        await until_others_end()
        assert calls.turns.calls == 0
        calls.start("b")
        await until(lambda: calls.running == ["a", "b"])
        await calls.end()

    asyncio.run(scenario())
