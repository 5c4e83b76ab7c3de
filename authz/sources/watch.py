"""Wakes the follower early: an event from the system where there is one, the clock in any case."""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from watchfiles import Change, awatch

from authz.sources.hints import Hints
from authz.sources.source import Hint
from authz.telemetry.events import get_logger

_RETRY_SECONDS = 5.0
_CHECK_MILLISECONDS = 250  # how often the watched folders are compared with those of their names
FEW_PLACES = 32
"""In a directory, so that it takes no time to look at each, again and again."""

log = get_logger("authz.sources")


class DirectoryWatch(Hints):
    """Watches a directory. Losing the watch costs promptness only: the follower looks by itself now and then.

    Links are not resolved once and for all: when the directory is replaced by another one, that is watched instead.

    Watching all that is below a directory means to walk through whatever is moved there, at one go; 10,000 files are
    felt by all that runs on the same machine. So the folders of a directory that holds at most `few_places` are watched
    one by one. Where there are more of them, none has that much of the files, as a rule.
    """

    def __init__(self, root: Path, few_places: int = 0) -> None:
        super().__init__()
        self._root = root
        self._few_places = few_places

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
        watched = _layout(self._root, self._few_places)
        is_new = True
        async for changes in awatch(
            *watched.folders,
            recursive=watched.is_recursive,
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
            # A folder that was moved is not watched any more, not even where it is back or another one has its inode.
            is_moved = any(kind is not Change.modified and Path(path) in watched.folders for kind, path in changes)
            if is_moved or _layout(self._root, self._few_places) != watched:
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


@dataclass(frozen=True, slots=True)
class _Layout:
    """Folders to watch, with what tells each from another one of its name, and whether with all that is below them."""

    folders: dict[Path, tuple[int, int]]
    is_recursive: bool


def _layout(root: Path, few: int) -> _Layout:
    """The root with all below it, or, if it holds but a few, the root and the folders that accounts may have.

    Hidden ones are no accounts, but links of accounts may lead there.
    """
    folders, below = {root: _identity(root)}, _few_below(root, few)
    for folder in (folder for place in below for folder in (place, place / "policies")):
        with suppress(OSError):  # gone since, or a link that leads nowhere
            if folder.is_dir():
                folders[folder] = _identity(folder)
    return _Layout(folders, is_recursive=not below)


def _few_below(root: Path, few: int) -> list[Path]:
    """What the root holds; nothing if that is more than a few."""
    if not few:
        return []
    with os.scandir(root) as entries:
        found = [Path(entry.path) for entry in islice(entries, few + 1)]
    return found if len(found) <= few else []


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
