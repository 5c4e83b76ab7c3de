"""Concurrency of calls: how many may be under way, and long answers in slices, one after another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Hashable
from contextlib import AbstractContextManager
from functools import partial
from time import perf_counter

from authz.pdp.fair_lock import FairLock
from authz.pdp.shares import Shares

Work = Callable[[bytes], Generator[None, None, bytes]]
"""Work on a long answer: yields whenever others may go first, and returns the answer."""
Answer = Callable[[bytes], bytes]
Clock = Callable[[], float]
_PASSES = 8  # of the event loop between two slices: a call takes several to be read, and rejected or answered
SLICE_SECONDS = 0.001
"""The longest time for which a long answer keeps others waiting at once."""
_STREAMS = 10_000
REASONS = ("in_flight", "waiting", "streams")
"""Why calls are rejected, by what was exceeded."""
_QUICK_SECONDS = SLICE_SECONDS / 2  # of short answers in a row, since a pause costs as much as a few of them


def at_once(answer: Answer) -> Work:
    """Work without a place to pause at."""

    def work(data: bytes) -> Generator[None, None, bytes]:
        yield from ()
        return answer(data)

    return work


class Slices:
    """Divides a long answer into slices of time, by `clock` in seconds."""

    def __init__(self, clock: Clock = perf_counter) -> None:
        self._clock = clock
        self._end = clock() + SLICE_SECONDS

    def is_over(self) -> bool:
        """Whether the slice is over, so that others should go first; then the next one begins."""
        now = self._clock()
        if now < self._end:
            return False
        self._end = now + SLICE_SECONDS
        return True


class ConcurrencyLimiter:
    """At most `limit` calls in flight, and as many more that wait for a revision. Belongs to one event loop.

    A key stands for a connection: each has a fair share of the slots, and long answers of connections take turns.
    `rejected` counts by what was exceeded. `clock` measures answers, in seconds.
    """

    def __init__(self, limit: int, clock: Clock = perf_counter) -> None:
        self._clock = clock
        self.limit = limit
        self.rejected: Counter[str] = Counter(dict.fromkeys(REASONS, 0))
        self._calls = Shares(limit, "calls are under way", partial(self._reject, "in_flight"))
        self._waiting = Shares(limit, "calls wait for a revision", partial(self._reject, "waiting"))
        self._streams = Shares(_STREAMS, "streams are open", partial(self._reject, "streams"))
        self._turn = FairLock()
        self._worked = 0.0  # seconds since the last pause

    def run_inline(self, work: Work, data: bytes) -> bytes | None:
        """Answer short work without a pause; None, and nothing is begun, if other calls wait.

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
        """The number of calls that wait for their turn or are being answered."""
        return self._calls.taken

    @property
    def waiting(self) -> int:
        """The number of calls that wait for a revision."""
        return self._waiting.taken

    def slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """Hold a slot for a call while the block runs.

        Raises:
            OverloadError: at once, if there is none left.
        """
        return self._calls.place(key)

    def revision_slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """Hold a slot for a call that waits for a revision, while the block runs.

        Raises:
            OverloadError: at once, if there is none left.
        """
        return self._waiting.place(key)

    def stream_slot(self, key: Hashable = None) -> AbstractContextManager[None]:
        """Hold a slot for an open stream while the block runs.

        Raises:
            OverloadError: at once, if there is none left.
        """
        return self._streams.place(key)

    def _reject(self, reason: str) -> None:
        self.rejected[reason] += 1

    async def run_sliced(self, work: Work, data: bytes, key: Hashable = None) -> bytes:
        """Answer long work in slices, in turns of connections, with short answers in between.

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
        """Work until the next pause; the answer, if that was the end."""
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
