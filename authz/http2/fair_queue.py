"""Work of connections in turns, so that none blocks the event loop (RFC 9113, 10.5)."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

_SECONDS = 0.0002, 0.0001  # of work of each queue in one pass of the event loop
Work = Callable[[float], bool]


class FairQueue:
    """Waiting work of a server, in two queues: of new work, and of work that was not done in its first turn.

    So a connection with little work does not wait for those with much. Each queue has its `seconds` in every pass of
    the event loop, by `clock`.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, seconds: tuple[float, float] = _SECONDS) -> None:
        self._clock, self._seconds = clock, seconds
        self._first, self._later = deque[Work](), deque[Work]()
        self.charged = 0.0
        """Seconds of work that the turns of this pass have started in tasks."""
        self._ends: list[tuple[set[Work], Callable[[], None]]] = []

    def wait(self, work: Work) -> None:
        """Add work. It is called with the time, by the clock, at which to pause, and returns whether more is left."""
        if not self._first and not self._later:
            asyncio.get_running_loop().call_soon(self._run)
        self._first.append(work)

    def at_end(self, done: Callable[[], None]) -> None:
        """Call `done` when everything that waits now is done."""
        self._ends.append(({*self._first, *self._later}, done))

    def _run(self) -> None:
        try:
            for queue, seconds in zip((self._first, self._later), self._seconds, strict=True):
                end, self.charged = self._clock() + seconds, 0.0
                while queue:
                    self._take_one(queue, end)
                    if self._clock() + self.charged >= end:
                        break
        finally:
            if self._first or self._later:  # the others go on even if one raised
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
