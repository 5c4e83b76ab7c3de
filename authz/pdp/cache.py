"""Question -> answer: an LRU of encoded answers, each of which holds as long as its lease does."""

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
    """What an answer was computed from; `live` turns false, once, when that is replaced."""

    live: bool


class Entry:
    """An encoded answer, its lease, and the seconds since the epoch between which it holds; None: at any time.

    `hints` are the end of the answer, which others share. `kind` is a number for whoever counts answers by kind.
    `result` is the answer as the result of a batch on one revision; `result_id` is a number of that revision and the
    kind, and who uses it makes both anew when the revision is another. Only an answer that holds at any time and has no
    hints has a result, made by one who saw its lease live while that revision was in force: so the number tells all.
    The answer `is_context_free` if the question would have the same with any context.
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
    """Tells questions that are asked again from those that come once; by their hashes.

    For questions that mean the same as a kept one but differ in every call: what comes once is not worth a place.
    """

    def __init__(self, size: int = 8192) -> None:
        self._size = size
        self._seen: set[int] = set()

    def has(self, question: bytes) -> bool:
        """Whether it was asked lately; from now on it was."""
        digest = hash(question)
        if digest in self._seen:
            return True
        if len(self._seen) >= self._size:
            self._seen.clear()
        self._seen.add(digest)
        return False


class DecisionCache:
    """At most `size` answers, of at most `most` bytes in all; nothing is kept if one of them is 0.

    A key is the bytes of a question, or what many questions have in common that must be answered alike: texts, and
    tuples of them. A caller looks for the bytes first, then for what they mean, and reports a `miss` if it has to
    decide. What is longer than some KiB is not kept.

    It is for one thread. The counters only rise; `dropped` counts the answers that were found dead because their
    account or the time changed, `evicted` those that made room for others.
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
        """Bytes that it may hold."""
        return self._entries.most

    @property
    def held(self) -> int:
        """Bytes that it holds, counted rather too high than too low."""
        return self._entries.held

    @property
    def evicted(self) -> int:
        """Answers that made room for others."""
        return self._entries.evicted

    def get(self, key: Hashable) -> Entry | None:
        """The answer, if there is one that still holds."""
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
        """Whether there is an answer, dead or alive, that any context leaves as it is."""
        return key in self._entries and self._entries[key].is_context_free

    def get_results(self, keys: Sequence[Hashable], result_ids: Collection[int]) -> Results | None:
        """The answers to many questions by one look-up, if all are there and have results of these; None if not."""
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
        """Count a question for which there was no answer."""
        self.misses += 1

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an answer; the least recently used ones make room."""
        size = _bytes_of(key, entry)
        if self.size and size <= self._longest:
            self._entries.keep(key, entry, size)

    def __len__(self) -> int:
        return len(self._entries)


class _Entries(LRUCache[Hashable, Entry]):
    """At most `count` entries of at most `most` bytes in all; the least recently used ones make room.

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
        """Put an entry of so many bytes, hints aside."""
        if key in self:
            self.remove(key)
        if entry.hints:
            entry.hints = self._hints.take(entry.hints)
        self[key] = entry
        self._bytes += size
        while self._bytes + self._hints.held > self.most:
            self.popitem()

    def remove(self, key: Hashable) -> None:
        """Remove an entry that does not hold any more."""
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
    """Texts that entries share: each is there once, and its bytes are `held`, as long as one entry has it."""

    def __init__(self) -> None:
        self.held = 0
        self._same: dict[bytes, bytes] = {}
        self._users: dict[bytes, int] = {}

    def take(self, hints: bytes) -> bytes:
        """One more has this text; returns the object to have."""
        same = self._same.setdefault(hints, hints)
        users = self._users[same] = self._users.get(same, 0) + 1
        if users == 1:
            self.held += _HINTS + len(same)
        return same

    def release(self, hints: bytes) -> None:
        """One that took it has it no longer."""
        self._users[hints] -= 1
        if not self._users[hints]:
            del self._users[hints], self._same[hints]
            self.held -= _HINTS + len(hints)


def _bytes_of(key: Hashable, entry: Entry) -> int:
    """Bytes of an entry under a key, hints aside. The result may come later, and is little longer than the answer."""
    return _ENTRY + weight(key) + 2 * (_BYTES + len(entry.answer))


def weight(key: Hashable) -> int:
    """Bytes of a key: of a text or bytes, or of tuples of them."""
    size = sys.getsizeof(key)
    return size + sum(map(weight, key)) if type(key) is tuple else size
