"""File events of Linux, inotify(7), through the C library: they cost nothing while there are none.

Unlike the events of other systems, they report when a writer closes a file.
"""

import ctypes
import os
import struct
from typing import NamedTuple

MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
OVERFLOW, IGNORED, IS_DIRECTORY = 0x4000, 0x8000, 0x40000000
NAMES = MOVED_FROM | MOVED_TO | CREATE | DELETE
ALL = MODIFY | ATTRIB | CLOSE_WRITE | NAMES | DELETE_SELF | MOVE_SELF
_ONLY_DIRECTORIES, _ADD = 0x01000000, 0x20000000
_HEAD = struct.Struct("iIII")
_READ_BYTES = 4096
"""Some hundred events, so that no other thread waits long for their handling."""


class Event(NamedTuple):
    """Something happened to `name` in the watched folder `watch`, or to the folder itself if it has no name."""

    watch: int
    mask: int
    name: str


class Inotify:
    """A queue of events of the folders that were added. Threads may add while another one reads.

    Raises:
        OSError: from all methods, as the system gives it; ENOSYS on other systems.
    """

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._library, "inotify_init1"):
            raise OSError(38, "this system has no inotify")
        self._file = self._checked(self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        """The file descriptor, which is readable when there are events."""
        return self._file

    def add(self, path: str, mask: int = ALL) -> int:
        """Watch a folder, links followed; the number is the same for all paths of one folder."""
        watched = self._library.inotify_add_watch(self._file, os.fsencode(path), mask | _ONLY_DIRECTORIES | _ADD)
        return self._checked(watched)

    def remove(self, watch: int) -> None:
        """End a watch; one that has ended by itself is not an error."""
        self._library.inotify_rm_watch(self._file, watch)

    def read(self) -> list[Event]:
        """Some of the events that there are; none if there are none."""
        try:
            data = os.read(self._file, _READ_BYTES)
        except BlockingIOError:
            return []
        events, at = [], 0
        while at < len(data):
            watch, mask, _, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size + size
            name = data[at - size : at].rstrip(b"\0")
            events.append(Event(watch, mask, os.fsdecode(name)))
        return events

    def close(self) -> None:
        """End all watches."""
        os.close(self._file)

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result
