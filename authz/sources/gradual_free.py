"""Frees replaced accounts gradually, since freeing a large one at once stalls every thread for as long."""

import asyncio

_SLICE = 25  # parts at a time: policies, users and plans, some 0.1 ms


class GradualFree:
    """Objects to free, some at a time. It runs on the event loop that answers."""

    def __init__(self) -> None:
        self._parts: list[object] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, parts: list[object]) -> None:
        """Take over the last references to `parts`; the list is emptied."""
        self._parts += parts
        parts.clear()
        if self._parts and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._free())

    async def _free(self) -> None:
        while self._parts:
            del self._parts[-_SLICE:]
            await asyncio.sleep(0)
