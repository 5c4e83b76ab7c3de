"""Lets calls in: a bound on how many are under way, and long answers one after another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Hashable
from contextlib import AbstractContextManager
from functools import partial
from time import perf_counter

from authz.pdp.fair_lock import FairLock
from authz.pdp.shares import Shares

Work = Callable[[bytes], Generator[None, None, bytes]]
"""A long answer: it yields whenever others may go first, and returns the answer."""
Answer = Callable[[bytes], bytes]
Clock = Callable[[], float]
_PASSES = 8  # of the event loop between two slices: a call takes several to be read, turned away or answered
SLICE_SECONDS = 0.001
"""How long a long answer keeps others waiting at a time."""
_STREAMS = 10_000
REASONS = ("in_flight", "waiting", "streams")
"""Why calls are rejected, by what was exceeded."""
_QUICK_SECONDS = SLICE_SECONDS / 2  # of answers that come one after another: to let others in costs as much as a few


def at_once(answer: Answer) -> Work:
    """Work that has no place to stop at."""

    def work(data: bytes) -> Generator[None, None, bytes]:
        yield from ()
        return answer(data)

    return work


class Slices:
    """Tells a long answer when it has had its slice of time, by `clock` in seconds."""

    def __init__(self, clock: Clock = perf_counter) -> None:
        self._clock = clock
        self._end = clock() + SLICE_SECONDS

    def is_over(self) -> bool:
        """Whether it should let others go first; if so, the next slice begins."""
        now = self._clock()
        if now < self._end:
            return False
        self._end = now + SLICE_SECONDS
        return True


class ConcurrencyLimiter:
    """Belongs to one event loop. `limit` bounds the calls in flight; as many more may wait for a revision.

    `rejected` counts by what was exceeded. `clock` tells, in seconds, how long answers took. Connections are told apart
    by keys: each has a share of the places, and its long answers take turns with those of others.
    """

    def __init__(self, limit: int, clock: Clock = perf_counter) -> None:
        self._clock = clock
        self.limit = limit
        self.rejected: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        self._calls = Shares(limit, "calls are under way", partial(self._reject, "in_flight"))
        self._waiting = Shares(limit, "calls wait for a revision", partial(self._reject, "waiting"))
        self._streams = Shares(_STREAMS, "streams are open", partial(self._reject, "streams"))
        self._turn = FairLock()
        self._worked = 0.0  # seconds since others were let go first

    def run_inline(self, work: Work, data: bytes) -> bytes | None:
        """The answer of short work, without a pause, unless somebody waits for one; else None, and nothing was begun.

        Raises:
            whatever the work raises.
        """
        if self.in_flight or self._turn.is_taken:
            return None
        steps = work(data)
        while (answer := self._step(steps)) is None:
            pass
        return answer

    @property
    def in_flight(self) -> int:
        """Calls that wait for their turn or are worked on."""
        return self._calls.taken

    @property
    def waiting(self) -> int:
        """Calls that wait for a revision."""
        return self._waiting.taken

    def slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """A call that waits for its turn, or is worked on, is under way while the block runs.

        Raises:
            OverloadError: at once, if too many are; then it did not begin.
        """
        return self._calls.place(key)

    def revision_slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """A call waits for a revision while the block runs; work has places of its own.

        Raises:
            OverloadError: at once, if too many do.
        """
        return self._waiting.place(key)

    def stream_slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """A stream is open while the block runs, for a transport that does not bound them by their memory.

        Raises:
            OverloadError: at once, if too many are.
        """
        return self._streams.place(key)

    def _reject(self, reason: str) -> None:
        self.rejected[reason] += 1

    async def run_sliced(self, work: Work, data: bytes, key: Hashable = None) -> bytes:
        """Answer at length, in turns of connections, letting short answers in between.

        Raises:
            whatever the work raises.
        """
        async with self._turn.of(key):
            if self.in_flight > 1 and self._worked > _QUICK_SECONDS:
                await self._let_others_go_first()
            steps = work(data)
            while (answer := self._step(steps)) is None:
                await self._let_others_go_first()
            return answer

    def _step(self, steps: Generator[None, None, bytes]) -> bytes | None:
        """As far as work goes without a pause: its answer, if that was the end."""
        began = self._clock()
        try:
            next(steps)
        except StopIteration as end:
            answer: bytes = end.value
            return answer
        finally:
            self._worked += self._clock() - began
        return None

    async def _let_others_go_first(self) -> None:
        self._worked = 0.0
        for _ in range(_PASSES):
            await asyncio.sleep(0)
