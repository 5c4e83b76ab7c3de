"""Revisions as they come into force, for calls that wait for one and for clients that watch all."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from authz.engine.live import Engine, Publication
from authz.engine.revision import can_have_been_given
from authz.errors import DrainingError, RevisionNotReachedError
from authz.wire.answers import revision_text, write_watch

_BACKLOG = 256  # revisions that a slow watcher may be behind before they are merged into one


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
            watcher.put(publication)
        self._wake_waiters()

    def _wake_waiters(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def drain(self) -> None:
        """End all watches and waits."""
        self._is_draining = True
        for watcher in self._watchers:
            watcher.wake()
        self._wake_waiters()

    def refuse_impossible(self, revision: int) -> None:
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
        watcher = _Watcher()
        self._watchers.add(watcher)
        try:
            if self._engine.is_ready:
                yield write_watch(self._engine.live.revision, None)
            while not self._is_draining:
                publication = await watcher.next()
                if publication is not None:
                    yield write_watch(publication.revision, publication.accounts or None)
        finally:
            self._watchers.discard(watcher)
        raise DrainingError("the server is stopping; watch another server")


class _Watcher:
    """The revisions that one stream has not sent yet."""

    def __init__(self) -> None:
        self._waiting: deque[Publication] = deque()
        self._event = asyncio.Event()

    def put(self, publication: Publication) -> None:
        if len(self._waiting) >= _BACKLOG:
            self._waiting.clear()
            publication = Publication(publication.revision, frozenset())  # without names: all accounts may differ
        self._waiting.append(publication)
        self._event.set()

    def wake(self) -> None:
        self._event.set()

    async def next(self) -> Publication | None:
        """The oldest revision that was not sent yet; None when woken without one."""
        if not self._waiting:
            self._event.clear()
            await self._event.wait()
        return self._waiting.popleft() if self._waiting else None
