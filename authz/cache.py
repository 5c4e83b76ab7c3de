"""Question -> answer: an LRU of encoded answers, each of which holds as long as its lease does."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Protocol

Window = tuple[float, float]
_USES = 16  # look-ups of many answers at once of which that is noted later, some 0.7 ms of work if each is of 250


class Lease(Protocol):
    """What an answer was computed from; `live` turns false, once, when that is replaced."""

    live: bool


class Entry:
    """An encoded answer, its lease, and the seconds since the epoch between which it holds; None: at any time.

    `kind` is a number for whoever counts answers by kind. `stamped` is a form of the answer that holds for one revision
    alone; `stamp` is a number of that revision and the kind, and who uses it makes both anew when the revision is
    another. Only an answer that holds at any time is stamped, and by one who saw its lease live while that revision was
    in force: so the stamp tells all. The answer `is_context_free` if the question would have the same with any context.
    """

    __slots__ = ("answer", "is_context_free", "kind", "lease", "stamp", "stamped", "window")

    def __init__(
        self,
        answer: bytes,
        lease: Lease,
        window: Window | None = None,
        kind: int = 0,
        is_context_free: bool = False,  # noqa: FBT001, FBT002 - one is made for each decision, and names cost time
    ) -> None:
        self.answer = answer
        self.lease = lease
        self.window = window
        self.kind = kind
        self.is_context_free = is_context_free
        self.stamp = -1
        self.stamped = b""


Stamped = tuple[Sequence[Entry], Mapping[int, int]]
"""Answers in the order of their questions, and how many have each stamp."""


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
    """At most `size` answers; 0 keeps nothing.

    A key is the bytes of a question, or what many questions have in common that must be answered alike. A caller looks
    for the bytes first, then for what they mean, and reports a `miss` if it has to decide.

    Which answers were used last is noted at once where one is looked up. Where many are, it is noted when the next
    answer is kept, of the newest look-ups: to note it costs as much as to find them, and until then it is of no use.

    It is for one thread. The counters only rise; `dropped` counts the answers that were found dead because their
    account or the time changed, `evicted` those that made room for others.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.time) -> None:
        # Not cachetools.LRUCache, which looks the same up three times as slowly and raises on every miss.
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self.size = size
        self._clock = clock
        self._uses: deque[Sequence[Hashable]] = deque(maxlen=_USES)
        self.hits = 0
        self.misses = 0
        self.dropped = 0
        self.evicted = 0

    def get(self, key: Hashable) -> Entry | None:
        """The answer, if there is one that still holds."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if not entry.lease.live or (entry.window is not None and not self._is_time(entry.window)):
            del self._entries[key]
            self.dropped += 1
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return entry

    def is_context_free(self, key: Hashable) -> bool:
        """Whether there is an answer, dead or alive, that any context leaves as it is."""
        entry = self._entries.get(key)
        return entry is not None and entry.is_context_free

    def get_stamped(self, keys: Sequence[Hashable], stamps: Collection[int]) -> Stamped | None:
        """The answers to many questions by one look-up, if all are there and have one of these stamps; None if not."""
        entries = self._entries
        try:
            # The quickest of many ways; it gives no tuple for one key.
            found = itemgetter(*keys)(entries) if len(keys) > 1 else [entries[key] for key in keys]
        except KeyError:
            return None
        marks = [entry.stamp for entry in found]
        counts = {}
        for stamp in set(marks):
            if stamp not in stamps:
                return None
            counts[stamp] = marks.count(stamp)
        self._uses.append(keys)
        self.hits += len(found)
        return found, counts

    def _is_time(self, window: Window) -> bool:
        start, end = window
        return start <= self._clock() < end

    def miss(self) -> None:
        """Count a question for which there was no answer."""
        self.misses += 1

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an answer; the least recently used one makes room."""
        entries = self._entries
        if self._uses:
            self._note_uses()
        entries[key] = entry
        if len(entries) > self.size:
            entries.popitem(last=False)
            self.evicted += 1

    def _note_uses(self) -> None:
        entries = self._entries
        for keys in self._uses:
            for key in keys:
                if key in entries:
                    entries.move_to_end(key)
        self._uses.clear()

    def __len__(self) -> int:
        return len(self._entries)
