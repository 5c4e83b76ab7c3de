"""The decision cache: an LRU of encoded answers, each valid as long as its lease."""

import sys
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Protocol

from cachetools import LRUCache

Window = tuple[float, float]
DEFAULT_BYTES = 72 * 1024 * 1024
_LONGEST = 8 * 1024  # bytes of a question and its answer that are worth keeping: few are long, and callers write them
_ENTRY = 400  # bytes of an entry beside its key and its answer: the object, and its places in the tables of cachetools
_HINTS = 400  # of hints beside their text, likewise
_BYTES = sys.getsizeof(b"")


class Lease(Protocol):
    """Stands for what an answer was computed from; `live` becomes false when that is replaced, and stays false."""

    live: bool


class Entry:
    """An encoded answer, its lease, and the seconds since the epoch between which it is valid (None: always).

    `hints` are the end of the answer, shared with other entries. `kind` is the number by which answers are counted. The
    answer `is_context_free` if no context could change it.

    `result` is the answer as an item of a batch on one revision, and `result_id` a number for that revision and kind.
    Only an answer that is always valid and has no hints has a result, made while its lease was live and that revision
    in force: so an equal `result_id` is enough to use it.
    """

    __slots__ = ("answer", "hints", "is_context_free", "kind", "lease", "result", "result_id", "window")

    def __init__(
        self,
        answer: bytes,
        lease: Lease,
        window: Window | None = None,
        kind: int = 0,
        is_context_free: bool = False,  # noqa: FBT001, FBT002 - one is made for each decision, and names cost time
        hints: bytes = b"",
    ) -> None:
        self.answer = answer
        self.lease = lease
        self.window = window
        self.kind = kind
        self.is_context_free = is_context_free
        self.hints = hints
        self.result = b""
        self.result_id = -1


Results = tuple[Sequence[Entry], Mapping[int, int]]
"""Answers in the order of their questions, and how many have each `result_id`."""


class Repeats:
    """Distinguishes repeated questions from single ones, by their hashes.

    A question that shares its answer with others gets an entry of its own only when it is repeated.
    """

    def __init__(self, size: int = 8192) -> None:
        self._size = size
        self._seen: set[int] = set()

    def has(self, question: bytes) -> bool:
        """Whether the question was asked before; from now on it was."""
        digest = hash(question)
        if digest in self._seen:
            return True
        if len(self._seen) >= self._size:
            self._seen.clear()
        self._seen.add(digest)
        return False


class DecisionCache:
    """At most `size` answers, of at most `most` bytes in total; 0 for either switches it off.

    A key is the bytes of a question, or what all questions with the same answer have in common: strings and tuples of
    them. The caller reports a `miss` whenever it has to decide.

    For one thread. The counters only rise: `dropped` counts answers that were no longer valid when found, `evicted`
    those that made room for others.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.time, most: int = DEFAULT_BYTES) -> None:
        self._entries = _Entries(size, most)
        self.size = size
        self._clock = clock
        self._longest = min(_LONGEST, most)
        self.hits = 0
        self.misses = 0
        self.dropped = 0

    @property
    def most(self) -> int:
        """The most bytes that it may hold."""
        return self._entries.most

    @property
    def held(self) -> int:
        """Bytes that it holds, an upper estimate."""
        return self._entries.held

    @property
    def evicted(self) -> int:
        """The number of answers that made room for others."""
        return self._entries.evicted

    def get(self, key: Hashable) -> Entry | None:
        """The answer, if there is a valid one."""
        if key not in self._entries:  # a KeyError of cachetools costs ten times as much
            return None
        entry = self._entries[key]
        if not entry.lease.live or (entry.window is not None and not self._is_time(entry.window)):
            self._entries.remove(key)
            self.dropped += 1
            return None
        self.hits += 1
        return entry

    def is_context_free(self, key: Hashable) -> bool:
        """Whether there is an answer, valid or not, that no context could change."""
        return key in self._entries and self._entries[key].is_context_free

    def get_results(self, keys: Sequence[Hashable], result_ids: Collection[int]) -> Results | None:
        """The answers to many questions, if each is there and its result has one of these ids; else None."""
        entries = self._entries
        try:
            found = [entries[key] for key in keys]
        except KeyError:
            return None
        ids = [entry.result_id for entry in found]
        counts = {}
        for result_id in set(ids):
            if result_id not in result_ids:
                return None
            counts[result_id] = ids.count(result_id)
        self.hits += len(found)
        return found, counts

    def _is_time(self, window: Window) -> bool:
        start, end = window
        return start <= self._clock() < end

    def miss(self) -> None:
        """Count a question that had no answer here."""
        self.misses += 1

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an answer; the least recently used ones make room for it."""
        size = _bytes_of(key, entry)
        if self.size and size <= self._longest:
            self._entries.keep(key, entry, size)

    def __len__(self) -> int:
        return len(self._entries)


class _Entries(LRUCache[Hashable, Entry]):
    """At most `count` entries of at most `most` bytes in total; the least recently used ones make room.

    Bytes are counted here, since the `getsizeof` of cachetools does not get the key, which counts too.
    """

    def __init__(self, count: int, most: int) -> None:
        super().__init__(count)
        self.most = most
        self.evicted = 0
        self._bytes = 0
        self._hints = _Hints()

    @property
    def held(self) -> int:
        """Bytes of all entries."""
        return self._bytes + self._hints.held

    def keep(self, key: Hashable, entry: Entry, size: int) -> None:
        """Add an entry of `size` bytes without its hints."""
        if key in self:
            self.remove(key)
        if entry.hints:
            entry.hints = self._hints.take(entry.hints)
        self[key] = entry
        self._bytes += size
        while self._bytes + self._hints.held > self.most:
            self.popitem()

    def remove(self, key: Hashable) -> None:
        """Remove an entry that is no longer valid."""
        self._uncount(key, self.pop(key))

    def popitem(self) -> tuple[Hashable, Entry]:
        """Evict the least recently used entry, as cachetools does to make room."""
        key, entry = super().popitem()
        self.evicted += 1
        self._uncount(key, entry)
        return key, entry

    def _uncount(self, key: Hashable, entry: Entry) -> None:
        self._bytes -= _bytes_of(key, entry)
        if entry.hints:
            self._hints.release(entry.hints)


class _Hints:
    """Hints shared by entries, each kept once while an entry uses it; `held` are the bytes of all."""

    def __init__(self) -> None:
        self.held = 0
        self._same: dict[bytes, bytes] = {}
        self._users: dict[bytes, int] = {}

    def take(self, hints: bytes) -> bytes:
        """Add a user of these hints; returns the shared object."""
        same = self._same.setdefault(hints, hints)
        users = self._users[same] = self._users.get(same, 0) + 1
        if users == 1:
            self.held += _HINTS + len(same)
        return same

    def release(self, hints: bytes) -> None:
        """Remove a user of these hints."""
        self._users[hints] -= 1
        if not self._users[hints]:
            del self._users[hints], self._same[hints]
            self.held -= _HINTS + len(hints)


def _bytes_of(key: Hashable, entry: Entry) -> int:
    """Bytes of an entry with its key, without hints. Twice the answer, as a result may follow, little longer."""
    return _ENTRY + weight(key) + 2 * (_BYTES + len(entry.answer))


def weight(key: Hashable) -> int:
    """The bytes that a key takes: a string, bytes, or a tuple of keys."""
    size = sys.getsizeof(key)
    return size + sum(map(weight, key)) if type(key) is tuple else size
