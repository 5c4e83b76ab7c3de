"""Revisions as they come into force, for calls that wait for one and for clients that watch all."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import TypeAlias

from authz.engine.live import Engine, Publication
from authz.engine.revision import can_have_been_given
from authz.errors import DrainingError, RevisionNotReachedError
from authz.wire.answers import revision_text, write_watch

_BACKLOG = 256  # revisions that a slow watcher may be behind before they are merged into one
_Watcher: TypeAlias = asyncio.Queue[Publication | None]
"""The publications that one stream has not sent yet; None wakes it at the end."""


class RevisionFeed:
    """Follows the publications of an engine, on its event loop. `clock` gives the seconds since the epoch."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._watchers: set[_Watcher] = set()
        self._changed = asyncio.Event()
        self._is_draining = False
        engine.subscribe(self._published)

    def _published(self, publication: Publication) -> None:
        for watcher in self._watchers:
            _put(watcher, publication)
        self._wake_waiters()

    def _wake_waiters(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def drain(self) -> None:
        """End all watches and waits."""
        self._is_draining = True
        for watcher in self._watchers:
            watcher.put_nowait(None)
        self._wake_waiters()

    def reject_impossible(self, revision: int) -> None:
        """Reject a revision that no sidecar can have given yet, since waiting would be in vain.

        Raises:
            RevisionNotReachedError: for such a revision.
        """
        current = self._engine.live.revision if self._engine.is_ready else 0
        if not can_have_been_given(revision, current, self._clock()):
            message = f"revision {revision_text(revision)} cannot have been given by any sidecar yet"
            raise RevisionNotReachedError(f"{message}; the current one is {revision_text(current)}")

    async def reached(self, revision: int, seconds: float) -> None:
        """Return when `revision` or a later one is in force.

        Raises:
            RevisionNotReachedError: after `seconds`, or when the server stops.
        """
        with suppress(TimeoutError):  # it may be in force by then
            async with asyncio.timeout(seconds):
                while not self._is_draining and (not self._engine.is_ready or self._engine.live.revision < revision):
                    await self._changed.wait()
        current = self._engine.live.revision
        if current < revision:
            message = f"revision {revision_text(revision)} was not reached; the current one is {revision_text(current)}"
            raise RevisionNotReachedError(message)

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Encoded WatchRevisionResponses: of the current revision at once, then of every later one.

        Raises:
            DrainingError: when the server stops.
        """
        watcher: _Watcher = asyncio.Queue()
        self._watchers.add(watcher)
        try:
            if self._engine.is_ready:
                yield write_watch(self._engine.live.revision, None)
            while not self._is_draining:
                publication = await watcher.get()
                if publication is not None:
                    yield write_watch(publication.revision, publication.accounts or None)
        finally:
            self._watchers.discard(watcher)
        raise DrainingError("the server is stopping; watch another server")


def _put(watcher: _Watcher, publication: Publication) -> None:
    """Queue a publication; merge those that a slow watcher has not sent yet."""
    if watcher.qsize() >= _BACKLOG:
        while not watcher.empty():
            watcher.get_nowait()
        publication = Publication(publication.revision, frozenset())  # without names: all accounts may differ
    watcher.put_nowait(publication)
