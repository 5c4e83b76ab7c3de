"""Signals that a database may have changed, on the event loop, which is not woken while nothing happens."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from authz.sources.directory import inotify
from authz.sources.directory.inotify import Inotify
from authz.store.database import Database
from authz.store.errors import StoreError
from authz.store.watch import Listener, VersionProbe

T = TypeVar("T")
_SOON_SECONDS, _PROBE_SECONDS = 0.002, 0.025
"""The shortest and the longest time between two questions for the version of an SQLite database."""
_ALERT_SECONDS = 5.0
"""How long the version is asked for after a file event: the file is written before the commit comes into force."""


class Signals:
    """A connection that listens (PostgreSQL), or file events of the write-ahead log and then its version (SQLite).

    Raises:
        StoreError: if the database cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._watch: Listener | VersionProbe = database.watch()
        self._inotify: Inotify | None = None
        self._file = ""
        self._names: frozenset[str] = frozenset()
        if database.address.file is not None:
            self._watch_folder(database.address.file)

    async def next(self) -> frozenset[str] | None:
        """The accounts that changed since the last call, once there are some; None if the database does not say which.

        Raises:
            StoreError: if the connection is lost, or the file replaced.
        """
        if isinstance(self._watch, Listener):
            return await _readable(self._watch.fileno(), self._watch.changed)
        await self._next_version(self._watch)
        return None

    async def _next_version(self, probe: VersionProbe) -> None:
        loop = asyncio.get_running_loop()
        pause, alert_until = _SOON_SECONDS, loop.time()
        while not probe.has_changed():
            if self._has_event():
                pause, alert_until = _SOON_SECONDS, loop.time() + _ALERT_SECONDS
            elif self._inotify is not None and loop.time() >= alert_until:
                await _readable(self._inotify.fileno(), lambda: True)
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _PROBE_SECONDS)

    def close(self) -> None:
        """Watch no longer."""
        self._watch.close()
        if self._inotify is not None:
            with suppress(OSError):
                self._inotify.close()

    def _has_event(self) -> bool:
        found = False
        while self._inotify is not None and (events := self._inotify.read()):
            found |= any(event.mask & inotify.OVERFLOW or event.name in self._names for event in events)
            if any(event.name == self._file and event.mask & inotify.NAMES for event in events):
                raise StoreError("another file took the place of the database")
        return found

    def _watch_folder(self, file: Path) -> None:
        try:
            self._inotify = Inotify()
            self._inotify.add(str(file.parent), inotify.MODIFY | inotify.NAMES)
        except OSError:
            self._inotify = None  # the version is asked for again and again instead
        self._file = file.name
        self._names = frozenset((file.name, f"{file.name}-wal"))


async def _readable(descriptor: int, read: Callable[[], T]) -> T:
    """What is read from a file descriptor, once that is something."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        while True:
            await readable.wait()
            readable.clear()
            if found := read():
                return found
    finally:
        loop.remove_reader(descriptor)
