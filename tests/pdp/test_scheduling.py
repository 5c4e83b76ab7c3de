import asyncio

import pytest

from authz.errors import OverloadError
from authz.pdp.scheduling import ConcurrencyLimiter, Slices, at_once


def test_calls_above_the_limit_are_turned_away_at_once_and_counted():
    limiter = ConcurrencyLimiter(2)
    with limiter.slot(), limiter.slot():
        with pytest.raises(OverloadError), limiter.slot():
            pass
        assert (limiter.in_flight, limiter.rejected["in_flight"]) == (2, 1)
    with limiter.slot():
        assert limiter.in_flight == 1


def test_a_call_that_fails_has_left_all_the_same():
    limiter = ConcurrencyLimiter(1)
    with pytest.raises(ZeroDivisionError), limiter.slot():
        raise ZeroDivisionError
    assert limiter.in_flight == 0


def test_long_answers_come_one_after_another_and_let_short_ones_in_between():
    told = []

    def counting(data):
        for number in range(3):
            told.append(f"{data.decode()}{number}")
            yield
        return data * 2

    async def short():
        for _ in range(2):
            told.append("short")
            await asyncio.sleep(0)

    async def scenario():
        limiter = ConcurrencyLimiter(9)
        return await asyncio.gather(limiter.run_sliced(counting, b"a"), limiter.run_sliced(counting, b"b"), short())

    assert asyncio.run(scenario())[:2] == [b"aa", b"bb"]
    assert [each for each in told if each != "short"] == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert told.index("short") < told.index("a1")


def passes_between(answers, seconds):
    """How often the loop went round while so many answers of so many seconds each were given one after another."""

    async def scenario():
        now, passes = [0.0], 0
        limiter = ConcurrencyLimiter(answers + 1, lambda: now[0])

        def take_time(_data):
            now[0] += seconds
            return b""

        async def count():
            nonlocal passes
            while True:
                passes += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        with limiter.slot(), limiter.slot():
            for _ in range(answers):
                await limiter.run_sliced(at_once(take_time), b"")
        counting.cancel()
        return passes

    return asyncio.run(scenario())


def test_quick_answers_let_others_in_when_together_they_took_long():
    assert passes_between(100, seconds=0.000_001) == 0
    assert 0 < passes_between(100, seconds=0.000_05) < passes_between(100, seconds=0.001)


def test_a_long_answer_that_is_given_up_lets_the_next_one_go_on():
    def endless(_data):
        while True:
            yield

    async def scenario():
        limiter = ConcurrencyLimiter(9)
        first = asyncio.create_task(limiter.run_sliced(endless, b""))
        await asyncio.sleep(0)
        second = asyncio.create_task(limiter.run_sliced(at_once(bytes.upper), b"x"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(scenario()) == b"X"


def test_a_fault_of_the_work_is_its_callers():
    async def scenario():
        return await ConcurrencyLimiter(1).run_sliced(at_once(lambda _: 1 / 0), b"")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())


def test_a_slice_is_over_after_its_time_and_the_next_one_begins():
    now = [0.0]
    slices = Slices(lambda: now[0])
    seen = []
    for now[0] in (0.0005, 0.001, 0.0015, 0.002):
        seen.append(slices.is_over())
    assert seen == [False, True, False, True]


def test_what_is_short_is_answered_now_without_a_pause_unless_somebody_waits():
    begun = []

    def long(data):
        begun.append(data)
        yield
        return data

    async def scenario():
        limiter = ConcurrencyLimiter(2)
        found = [limiter.run_inline(at_once(bytes), b"a"), limiter.run_inline(long, b"b")]
        with limiter.slot():
            found.append(limiter.run_inline(long, b"c"))
            first = asyncio.ensure_future(limiter.run_sliced(long, b"d"))
            await asyncio.sleep(0)
        found.append(limiter.run_inline(long, b"e"))
        await first
        return [*found, limiter.run_inline(at_once(bytes), b"f"), limiter.in_flight]

    assert asyncio.run(scenario()) == [b"a", b"b", None, None, b"f", 0]
    assert begun == [b"b", b"d"]


def test_a_fault_of_what_is_answered_now_is_its_callers():
    def fail(_data):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ConcurrencyLimiter(1).run_inline(at_once(fail), b"")
