"""What may have changed, gathered until somebody asks."""

import asyncio
from contextlib import suppress

from authz.sources.source import Hint


class Hints:
    """Passes hints from whoever hears of changes to the follower. It belongs to one event loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._changed: Hint = frozenset()

    async def wait(self, seconds: float) -> Hint:
        """Return at the next event, at once if there was one since the last call, or after `seconds`."""
        # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes together with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
        changed, self._changed = self._changed, frozenset()
        return changed

    def hear(self, places: Hint) -> None:
        """Something may have changed."""
        self._changed = None if places is None or self._changed is None else self._changed | places
        self._event.set()
