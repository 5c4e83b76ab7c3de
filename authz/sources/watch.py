"""Wakes the follower early: an event from the system where there is one, the clock in any case."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import structlog
from watchfiles import awatch

from authz.sources.hints import Hints
from authz.sources.source import Hint

_RETRY_SECONDS = 5.0
_CHECK_MILLISECONDS = 250  # how often the watched folder is compared with the one of that name

log = structlog.get_logger("authz.sources")


class DirectoryWatch(Hints):
    """Watches a directory. Losing the watch costs promptness only: the follower looks by itself now and then.

    Links are not resolved once and for all: when the directory is replaced by another one, that is watched instead.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    async def run(self) -> None:
        """Watch for ever."""
        is_failing = False
        while True:
            try:
                await self._watch()
                is_failing = False
            except FileNotFoundError:  # between the old directory and the new one
                await asyncio.sleep(_CHECK_MILLISECONDS / 1000)
            except (OSError, RuntimeError) as error:  # no inotify here, or its limits are reached
                if not is_failing:
                    log.warning("the system gives no file events, changes are found by polling", reason=str(error))
                is_failing = True
                await asyncio.sleep(_RETRY_SECONDS)

    async def _watch(self) -> None:
        watched = _identity(self._root)
        is_new = True
        async for changes in awatch(
            self._root,
            watch_filter=None,
            debounce=50,
            step=20,
            rust_timeout=_CHECK_MILLISECONDS,
            yield_on_timeout=True,
        ):
            if is_new:  # something may have changed before the watch was there, which takes time where there is much
                self.hear(None)
            elif changes:
                self.hear(self._places(path for _, path in changes))
            is_new = False
            if _identity(self._root) != watched:
                return

    def _places(self, paths: Iterable[str]) -> Hint:
        """The first names below the root. What is not below it may be anything."""
        places = set()
        for path in paths:
            try:
                places.add(Path(path).relative_to(self._root).parts[0])
            except (ValueError, IndexError):
                return None
        return frozenset(places)


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
