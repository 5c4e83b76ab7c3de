"""What was read at once is worked on in turns, so that nobody has the event loop to himself (RFC 9113, 10.5)."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

_SECONDS = 0.0003  # of work in one pass of the event loop, whoever waits
Work = Callable[[float], bool]


class Turns:
    """Those of a server whose work waits, in a queue."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque()
        self._ends: list[tuple[set[Work], Callable[[], None]]] = []

    def wait(self, work: Work) -> None:
        """Have work called with the time, by the monotonic clock, when it should pause; it tells whether more waits."""
        self._waiting.append(work)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._run)

    def at_end(self, done: Callable[[], None]) -> None:
        """Have it called when all is done that waits now."""
        self._ends.append((set(self._waiting), done))

    def _run(self) -> None:
        end = monotonic() + _SECONDS
        try:
            while self._waiting:
                self._take_one(end)
                if monotonic() >= end:
                    break
        finally:
            if self._waiting:  # whatever one of them raised, the others wait on
                asyncio.get_running_loop().call_soon(self._run)

    def _take_one(self, end: float) -> None:
        is_more = False
        try:
            is_more = self._waiting[0](end)
        finally:
            if is_more:
                self._waiting.rotate(-1)
            else:
                self._ended(self._waiting.popleft())

    def _ended(self, work: Work) -> None:
        for awaited, _ in self._ends:
            awaited.discard(work)
        for over in [each for each in self._ends if not each[0]]:
            self._ends.remove(over)
            over[1]()
