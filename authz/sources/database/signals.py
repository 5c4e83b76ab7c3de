"""Signals that a database may have changed, on the event loop, which is not woken while nothing happens."""

import asyncio
from contextlib import suppress
from pathlib import Path

from authz.sources.directory import inotify
from authz.sources.directory.inotify import Inotify
from authz.store.database import Database
from authz.store.watch import Listener, VersionProbe

_PROBE_SECONDS = 0.025
"""Between two looks at an SQLite database where the system gives no file events."""


class Signals:
    """A connection that listens (PostgreSQL), or file events of the write-ahead log (SQLite).

    Raises:
        StoreError: if the database cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._watch: Listener | VersionProbe = database.watch()
        self._inotify: Inotify | None = None
        self._names: frozenset[str] = frozenset()
        if database.address.file is not None:
            self._watch_folder(database.address.file)

    async def next(self) -> None:
        """Return when there may be a change; one since the last call counts.

        Raises:
            StoreError: if the connection is lost.
        """
        if isinstance(self._watch, VersionProbe) and self._inotify is None:
            while not self._watch.has_changed():  # noqa: ASYNC110 - nothing but asking says so
                await asyncio.sleep(_PROBE_SECONDS)
            return
        descriptor = self._watch.fileno() if isinstance(self._watch, Listener) else self._needed_inotify().fileno()
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(descriptor, readable.set)
        try:
            while not self._has_changed():
                readable.clear()
                await readable.wait()
        finally:
            loop.remove_reader(descriptor)

    def close(self) -> None:
        """Watch no longer."""
        self._watch.close()
        if self._inotify is not None:
            with suppress(OSError):
                self._inotify.close()

    def _has_changed(self) -> bool:
        if self._inotify is None:
            return self._watch.has_changed()
        found = False
        while events := self._inotify.read():
            found |= any(event.mask & inotify.OVERFLOW or event.name in self._names for event in events)
        return found

    def _watch_folder(self, file: Path) -> None:
        try:
            self._inotify = Inotify()
            self._inotify.add(str(file.parent), inotify.MODIFY | inotify.NAMES)
        except OSError:
            self._inotify = None  # the version is asked for again and again instead
        self._names = frozenset((file.name, f"{file.name}-wal"))

    def _needed_inotify(self) -> Inotify:
        assert self._inotify is not None  # noqa: S101 - `next` asked before
        return self._inotify
