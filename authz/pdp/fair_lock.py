"""A lock that is fair between keys."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class FairLock:
    """A lock with a queue for each key; the queues take turns. Belongs to one event loop."""

    def __init__(self) -> None:
        self.is_taken = False
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def of(self, key: Hashable = None) -> AsyncIterator[None]:
        """Hold the lock for a key while the block runs."""
        await self._take(key)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, key: Hashable) -> None:
        if not self.is_taken:
            self.is_taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the lock was passed on at the same moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Pass the lock to the first task of the next queue that still waits."""
        while self._lines:
            key, line = self._lines.popitem(last=False)
            turn = line.popleft()
            if line:
                self._lines[key] = line  # behind the others
            if not turn.done():
                turn.set_result(None)
                return
        self.is_taken = False
