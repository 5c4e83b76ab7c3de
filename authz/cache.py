"""Question -> answer: an LRU of encoded answers, each of which holds as long as its lease does."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

Window = tuple[float, float]


class Lease(Protocol):
    """What an answer was computed from; `live` turns false, once, when that is replaced."""

    live: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An encoded answer, its lease, and the seconds since the epoch between which it holds; None: at any time."""

    answer: bytes
    lease: Lease
    window: Window | None


class DecisionCache:
    """At most `size` answers by the bytes of their question; 0 keeps nothing.

    It is for one thread. The counters only rise; `dropped` counts the answers that were found dead because their
    account or the time changed, each of which is a miss too.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.time) -> None:
        self._entries: LRUCache[bytes, Entry] = LRUCache(maxsize=size)
        self.size = size
        self._clock = clock
        self.hits = 0
        self.misses = 0
        self.dropped = 0

    def get(self, question: bytes) -> bytes | None:
        """The answer, if there is one that still holds."""
        entry = self._entries.get(question)
        if entry is None:
            self.misses += 1
            return None
        if not entry.lease.live or (entry.window is not None and not self._is_time(entry.window)):
            del self._entries[question]
            self.dropped += 1
            self.misses += 1
            return None
        self.hits += 1
        return entry.answer

    def _is_time(self, window: Window) -> bool:
        start, end = window
        return start <= self._clock() < end

    def put(self, question: bytes, answer: bytes, lease: Lease, window: Window | None = None) -> None:
        """Keep an answer; the least recently used one makes room."""
        if self.size > 0:
            self._entries[question] = Entry(answer, lease, window)

    def __len__(self) -> int:
        return len(self._entries)
