"""One after another, in turns of connections: many pieces of one do not keep another's waiting."""

import asyncio
from contextlib import suppress

from authz.pdp.fair_lock import FairLock
from authz.pdp.scheduling import ConcurrencyLimiter, at_once


async def passes(times=3):
    for _ in range(times):
        await asyncio.sleep(0)


def test_the_lines_of_keys_take_turns():
    async def scenario():
        turn, told = FairLock(), []

        async def work(key, number):
            async with turn.of(key):
                told.append(f"{key}{number}")
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(work("a", number)) for number in range(5)]
        await passes()
        tasks += [asyncio.create_task(work(key, 0)) for key in "bc"]
        await asyncio.gather(*tasks)
        assert not turn.is_taken
        return told

    told = asyncio.run(scenario())
    assert [each for each in told if each[0] == "a"] == ["a0", "a1", "a2", "a3", "a4"]
    assert max(told.index("b0"), told.index("c0")) < told.index("a4")


def test_who_gives_up_waiting_is_passed_over():
    async def scenario():
        turn, told = FairLock(), []

        async def work(key):
            async with turn.of(key):
                told.append(key)

        async with turn.of("first"):
            tasks = [asyncio.create_task(work(key)) for key in "abc"]
            await passes()
            tasks[0].cancel()
            tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not turn.is_taken
        return told

    assert asyncio.run(scenario()) == ["c"]


def test_who_gives_up_when_its_turn_has_just_come_passes_it_on():
    async def scenario():
        turn, told = FairLock(), []

        async def work(key):
            async with turn.of(key):
                told.append(key)

        async with turn.of("first"):
            tasks = [asyncio.create_task(work(key)) for key in "ab"]
            await passes()
        tasks[0].cancel()  # its turn came, but it did not run yet
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not turn.is_taken
        return told

    assert asyncio.run(scenario()) == ["b"]


def test_work_that_fails_leaves_the_turn_to_others():
    async def scenario():
        turn = FairLock()
        with suppress(ZeroDivisionError):
            async with turn.of("a"):
                1 / 0  # noqa: B018 - it fails
        return turn.is_taken

    assert asyncio.run(scenario()) is False


def test_a_long_answer_of_one_connection_waits_for_one_of_another_and_not_for_all_of_them():
    async def scenario():
        limiter, told = ConcurrencyLimiter(100), []

        def working(name):
            def work(_data):
                yield
                told.append(name)
                return b""

            return work

        many = [asyncio.create_task(limiter.run_sliced(working(f"many {number}"), b"", "many")) for number in range(50)]
        await passes()
        await limiter.run_sliced(working("one"), b"", "one")
        before = len(told)
        await asyncio.gather(*many)
        return before

    assert asyncio.run(scenario()) <= 4


def test_calls_that_wait_leave_the_places_of_work_free():
    limiter = ConcurrencyLimiter(2)
    with limiter.revision_slot("a"), limiter.revision_slot("b"), limiter.slot("c"), limiter.slot("d"):
        assert (limiter.waiting, limiter.in_flight) == (2, 2)
        assert asyncio.run(_answered(ConcurrencyLimiter(1))) == b"x"


async def _answered(limiter):
    with limiter.revision_slot("a"):
        return limiter.run_inline(at_once(bytes), b"x")
