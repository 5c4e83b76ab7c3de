"""Which folders are watched for which account, and which changes their events report."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from authz.sources.directory import inotify
from authz.sources.directory.files import ATTACHMENTS, POLICIES, ROOT, belongs
from authz.sources.directory.inotify import Event, Inotify
from authz.sources.directory.settling import Writing
from authz.telemetry.events import get_logger

_REST_SECONDS = 0.002  # between two reads of events: equal ones become one meanwhile, however many there are
_RAISE = "raise fs.inotify.max_user_watches above twice the number of accounts"

log = get_logger("authz.sources")
Note = Callable[[str | None, str | None, Writing], None]
"""Called with a key (None: any), a file of that account (None: any), and whether it is being written."""


class Role(Enum):
    """What a watched folder is."""

    ABOVE = "a folder in which a name leads to the root"
    ROOT = "the root"
    PLACE = "an account's folder"
    POLICIES = "an account's folder of policies"
    TARGET = "a folder that links of an account lead to"


class Folder(NamedTuple):
    """A watched folder; `key` is the account, or the watched name for a folder above the root."""

    role: Role
    key: str


class FolderWatch:
    """The folders of a directory's accounts, watched one by one; no thread wakes while nothing happens.

    Raises:
        OSError: if the system gives no events at all.
    """

    def __init__(self, root: Path, note: Note) -> None:
        self._root = root
        self._note = note
        self._inotify = Inotify()
        self._lock = threading.RLock()  # what is watched is added while accounts are read
        self._folders: dict[int, tuple[Folder, ...]] = {}
        self._watches: dict[tuple[Role, str], tuple[int, ...]] = {}
        self._uncovered: set[str] = set()
        self._linked: set[str] = set()
        self.has_linked_places = False
        self._is_told = False

    @property
    def is_complete(self) -> bool:
        """Whether every folder is watched that should be."""
        return not self._uncovered

    def covers(self, key: str) -> bool:
        """Whether the folders of an account are watched."""
        return key not in self._uncovered and (Role.PLACE, key) in self._watches

    def cover_root(self) -> None:
        """Watch the root, and the folders in which a link or a name leads to it."""
        self._cover(Role.ROOT, ROOT, [str(self._root)])
        above = _above(self._root)
        for name in {name for _, name in above}:
            self._cover(Role.ABOVE, name, [folder for folder, each in above if each == name], inotify.NAMES)

    def cover(self, key: str) -> None:
        """Watch an account's folders as they are now."""
        place = os.path.join(self._root, key)  # noqa: PTH118 - a Path costs more than the call to the system
        self._cover(Role.PLACE, key, [place])
        self._cover(Role.POLICIES, key, [os.path.join(place, "policies")])  # noqa: PTH118

    def cover_links(self, key: str, folders: Collection[str]) -> None:
        """Watch the folders that an account's links lead to, instead of those before."""
        if folders or key in self._linked:
            self._cover(Role.TARGET, key, folders)
            (self._linked.add if folders else self._linked.discard)(key)

    def uncover(self, key: str) -> None:
        """End the watches of an account's folders."""
        for role in (Role.PLACE, Role.POLICIES, Role.TARGET):
            self._cover(role, key, [])
        self._linked.discard(key)
        self._uncovered.discard(key)

    def _cover(self, role: Role, key: str, paths: Iterable[str], mask: int = inotify.ALL) -> None:
        folder = Folder(role, key)
        with self._lock:
            before = self._watches.pop((role, key), ())
            watches = tuple({watch for path in paths if (watch := self._added(path, key, mask)) is not None})
            for watch in watches:
                known = self._folders.get(watch, ())
                if folder not in known:
                    self._folders[watch] = (*known, folder)
            for watch in set(before) - set(watches):
                self._drop(watch, folder)
            if watches:
                self._watches[role, key] = watches

    def _added(self, path: str, key: str, mask: int) -> int | None:
        try:
            watch = self._inotify.add(path, mask)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.ENOMEM):
                self._uncovered.add(key)
                if not self._is_told:
                    log.warning("not all folders can be watched, changes are found by polling too", advice=_RAISE)
                self._is_told = True
            return None  # it is missing, or may not be listed: a read of the account reports that
        return watch

    def _drop(self, watch: int, folder: Folder) -> None:
        left = tuple(each for each in self._folders.get(watch, ()) if each != folder)
        if left:
            self._folders[watch] = left
        elif self._folders.pop(watch, None) is not None:
            self._inotify.remove(watch)

    async def run(self, is_noted: Callable[[], None]) -> None:
        """Note events for ever, and call `is_noted` after each lot."""
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._inotify.fileno(), readable.set)
        try:
            while True:
                await readable.wait()
                if self.pump():
                    is_noted()
                loop.remove_reader(self._inotify.fileno())
                await asyncio.sleep(_REST_SECONDS)
                readable.clear()
                loop.add_reader(self._inotify.fileno(), readable.set)
        finally:
            loop.remove_reader(self._inotify.fileno())

    def pump(self) -> bool:
        """Note the events that are waiting; whether there were any. From any thread."""
        with self._lock:
            events = self._inotify.read()
            for event in events:
                self._handle(event)
        return bool(events)

    def close(self) -> None:
        """End all watches."""
        with self._lock, suppress(OSError):
            self._inotify.close()

    def _handle(self, event: Event) -> None:
        if event.mask & inotify.OVERFLOW:
            self._note(None, None, Writing.UNSURE)
            return
        for folder in self._folders.get(event.watch, ()):
            self._handle_of(folder, event)
        if event.mask & inotify.IGNORED:
            self._folders.pop(event.watch, None)
        elif event.mask & inotify.MOVE_SELF:  # it is watched where it went, outside of the accounts
            for folder in self._folders.get(event.watch, ()):
                self._drop(event.watch, folder)

    def _handle_of(self, folder: Folder, event: Event) -> None:
        match folder.role:
            case Role.ABOVE:
                if event.name == folder.key:
                    self._note(None, None, Writing.UNSURE)
            case Role.ROOT:
                self._handle_of_root(event)
            case Role.TARGET:
                self._note(folder.key, None, Writing.UNSURE)
            case Role.PLACE:
                self._handle_of_files(folder.key, "", event)
            case Role.POLICIES:
                self._handle_of_files(folder.key, POLICIES, event)

    def _handle_of_root(self, event: Event) -> None:
        name = event.name
        if not name:
            self._note(None, None, Writing.UNSURE)
        elif (Role.PLACE, ROOT) in self._watches:
            return  # it is one account, and watched as such
        elif name in ATTACHMENTS:  # it becomes an account
            self._note(None, None, Writing.UNSURE)
        elif not name.startswith("."):
            self._note(name, None, Writing.UNSURE)
        elif self.has_linked_places and event.mask & inotify.NAMES:
            self._note(None, None, Writing.UNSURE)

    def _handle_of_files(self, key: str, folder: str, event: Event) -> None:
        is_file = not event.mask & inotify.IS_DIRECTORY
        if is_file and belongs(event.name, is_top=not folder):
            self._note(key, folder + event.name, _writing(event.mask))
        elif not event.name or event.name == "policies" or (key in self._linked and event.mask & inotify.NAMES):
            self._note(key, None, Writing.UNSURE)


def _writing(mask: int) -> Writing:
    if mask & inotify.MODIFY:
        return Writing.OPEN
    if mask & inotify.ATTRIB:
        return Writing.SAME
    return Writing.UNSURE if mask & inotify.CREATE else Writing.CLOSED


def _above(root: Path) -> set[tuple[str, str]]:
    """The folders and names in them that lead to the root, links followed."""
    found: set[tuple[str, str]] = set()
    path = os.path.abspath(root)  # noqa: PTH100 - links are not to be followed
    for _ in range(40):  # as many links as the system follows
        folder, name = os.path.split(path)
        found.add((folder, name))
        try:
            path = os.path.abspath(os.path.join(folder, os.readlink(path)))  # noqa: PTH100, PTH115, PTH118
        except OSError:
            break
    return found
