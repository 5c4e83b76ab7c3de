"""Revisions as they take effect: for those who wait for one, and for those who watch them all."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable

from authz.engine.live import Engine, Publication
from authz.engine.revision import can_have_been_given
from authz.errors import DrainingError, RevisionNotReachedError
from authz.wire.answers import revision_text, write_watch

_BACKLOG = 256  # revisions that a slow watcher may be behind before they are told as one


class RevisionFeed:
    """Hears of every publication on the event loop that publishes. `clock` tells the seconds since the epoch."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._watchers: set[_Watcher] = set()
        self._changed = asyncio.Event()
        self._is_draining = False
        engine.subscribe(self._hear)

    def _hear(self, publication: Publication) -> None:
        for watcher in self._watchers:
            watcher.hear(publication)
        self._wake_waiters()

    def _wake_waiters(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def drain(self) -> None:
        """End all watches, and let nobody wait any longer."""
        self._is_draining = True
        for watcher in self._watchers:
            watcher.wake()
        self._wake_waiters()

    def refuse_impossible(self, revision: int) -> None:
        """Let nobody wait for a revision that no sidecar can have told of yet: it would be in vain.

        Raises:
            RevisionNotReachedError: for such a revision.
        """
        current = self._engine.live.revision if self._engine.is_ready else 0
        if not can_have_been_given(revision, current, self._clock()):
            message = f"revision {revision_text(revision)} is one that no sidecar can have told of yet"
            raise RevisionNotReachedError(f"{message}; the current one is {revision_text(current)}")

    async def reached(self, revision: int, seconds: float) -> None:
        """Return when `revision` or a later one is in force.

        Raises:
            RevisionNotReachedError: after `seconds`, or when the server stops.
        """
        try:
            async with asyncio.timeout(seconds):
                while not self._is_draining and (not self._engine.is_ready or self._engine.live.revision < revision):
                    await self._changed.wait()
        except TimeoutError:
            self._is_reached(revision)
        self._is_reached(revision)

    def _is_reached(self, revision: int) -> None:
        current = self._engine.live.revision
        if current < revision:
            message = f"revision {revision_text(revision)} was not reached; the current one is {revision_text(current)}"
            raise RevisionNotReachedError(message)

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Encoded WatchRevisionResponses: the current revision at once, then every later one.

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
        raise DrainingError("the server is stopping; watch another one")


class _Watcher:
    """The revisions that one stream has not told yet."""

    def __init__(self) -> None:
        self._waiting: deque[Publication] = deque()
        self._event = asyncio.Event()

    def hear(self, publication: Publication) -> None:
        if len(self._waiting) >= _BACKLOG:
            self._waiting.clear()
            publication = Publication(publication.revision, frozenset())  # told as: all accounts may differ
        self._waiting.append(publication)
        self._event.set()

    def wake(self) -> None:
        self._event.set()

    async def next(self) -> Publication | None:
        """The oldest revision not told yet; None when woken without one."""
        if not self._waiting:
            self._event.clear()
            await self._event.wait()
        return self._waiting.popleft() if self._waiting else None
