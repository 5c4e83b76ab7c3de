"""What was read at once is worked on in turns, so that nobody has the event loop to himself (RFC 9113, 10.5)."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

_SECONDS = 0.0002, 0.0001  # of work of each queue in one pass of the event loop, whoever waits
Work = Callable[[float], bool]


class FairQueue:
    """Those of a server whose work waits, in two queues.

    Work that comes has its first turn before that which was not done in one: who has little to be done is not kept
    waiting by those who have much, and each queue has its time in every pass of the event loop, by `clock`.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._first, self._later = deque[Work](), deque[Work]()
        self.charged = 0.0
        """Seconds of work that turns of this pass have begun and left to others."""
        self._ends: list[tuple[set[Work], Callable[[], None]]] = []

    def wait(self, work: Work) -> None:
        """Have work called with the time, by the clock, when it should pause; it tells whether more waits."""
        if not self._first and not self._later:
            asyncio.get_running_loop().call_soon(self._run)
        self._first.append(work)

    def at_end(self, done: Callable[[], None]) -> None:
        """Have it called when all is done that waits now."""
        self._ends.append(({*self._first, *self._later}, done))

    def _run(self) -> None:
        try:
            for queue, seconds in zip((self._first, self._later), _SECONDS, strict=True):
                end, self.charged = self._clock() + seconds, 0.0
                while queue:
                    self._take_one(queue, end)
                    if self._clock() + self.charged >= end:
                        break
        finally:
            if self._first or self._later:  # whatever one of them raised, the others wait on
                asyncio.get_running_loop().call_soon(self._run)

    def _take_one(self, queue: deque[Work], end: float) -> None:
        is_more = False
        try:
            is_more = queue[0](end)
        finally:
            work = queue.popleft()
            self._later.append(work) if is_more else self._ended(work)

    def _ended(self, work: Work) -> None:
        for awaited, _ in self._ends:
            awaited.discard(work)
        for over in [each for each in self._ends if not each[0]]:
            self._ends.remove(over)
            over[1]()
