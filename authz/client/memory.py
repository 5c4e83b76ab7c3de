"""The local decision cache: what the sidecar said, for as long as the watch vouches for it and not much longer."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from cachetools import LRUCache

from authz.client.answers import Decision
from authz.runtime.fork_safety import on_fork

_UIN = re.compile(r"\buin/([0-9]+)")
Key = tuple[str, str, str, bytes]
_EACH = 2048  # bytes of a decision and its question, on average, that there is room for
_LONGEST = 16 * 1024  # bytes of one that is worth keeping: few are long, and callers write them
_ENTRY = 900  # bytes of one beside its texts: the objects, and its places in the tables of cachetools


class _Lease:
    """Ends once, when one of the account's decisions may have changed."""

    __slots__ = ("__weakref__", "live")

    def __init__(self) -> None:
        self.live = True


@dataclass(slots=True)
class _Entry:
    decision: Decision
    revision: int
    expires: float
    leases: tuple[_Lease, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """Taken before a question is asked; its answer may be kept only if the watch was never lost since."""

    epoch: int
    asked: float


class DecisionMemory:
    """At most `size` decisions, of 2 KiB on average, for several threads; none while no watch vouches for them.

    A decision hangs on the account of its principal and on every other one that its resource names. What is longer than
    some KiB is not kept.
    """

    def __init__(self, size: int, ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: LRUCache[Key, _Entry] = LRUCache(size * _EACH, _size_of)
        self._size = size
        self._ttl = ttl
        self._clock = clock
        self._lock = threading.Lock()
        self._leases: WeakValueDictionary[str, _Lease] = WeakValueDictionary()
        self._told: int | None = None  # the newest revision that the watch told; None while there is no watch
        self._epoch = 0
        on_fork(self)

    @property
    def is_watched(self) -> bool:
        """Whether a watch vouches for what is kept."""
        return self._told is not None

    def get(self, key: Key, at_least: str | None) -> Decision | None:
        """The decision, if one is kept that still holds and stands on `at_least` or a later revision."""
        with self._lock:
            try:
                entry = self._entries[key]
            except KeyError:
                return None
            is_over = self._clock() >= entry.expires
            for lease in entry.leases:
                is_over = is_over or not lease.live
            if is_over:
                del self._entries[key]
                return None
        if at_least and not (is_revision(at_least) and int(at_least) <= entry.revision):
            return None
        return entry.decision

    def ticket(self) -> Ticket:
        """To be taken before the question is asked."""
        return Ticket(self._epoch, self._clock())

    def put(self, key: Key, decision: Decision, ticket: Ticket) -> None:
        """Keep an answer, unless it may be older than what the watch has told meanwhile."""
        if not is_revision(decision.revision):
            return
        size = _ENTRY + sum(map(sys.getsizeof, (*key, decision.message)))
        if size > min(_LONGEST, self._entries.maxsize):
            return
        revision, accounts = int(decision.revision), set(_UIN.findall(f"{key[0]} {key[2]}"))
        with self._lock:
            if self._told is None or ticket.epoch != self._epoch or revision < self._told or not accounts:
                return
            leases = tuple(self._leases.setdefault(uin, _Lease()) for uin in accounts)
            self._entries[key] = _Entry(decision, revision, ticket.asked + self._ttl, leases, size)
            if len(self._entries) > self._size:
                self._entries.popitem()

    def begin(self, revision: str) -> None:
        """The first message of a watch: from here on its word counts, from nothing."""
        with self._lock:
            self._forget()
            self._told = int(revision) if is_revision(revision) else None

    def tell(self, revision: str, accounts: Iterable[str]) -> None:
        """A later message: decisions of these accounts may differ; none named: those of all."""
        changed = list(accounts)
        with self._lock:
            if self._told is None or not changed or not is_revision(revision):
                self._forget()
                self._told = int(revision) if is_revision(revision) else None
                return
            self._told = int(revision)
            for uin in changed:
                lease = self._leases.pop(uin, None)
                if lease is not None:
                    lease.live = False

    def lose(self) -> None:
        """The watch is gone: forget everything, and keep nothing until the next one begins."""
        with self._lock:
            self._forget()
            self._told = None

    def before_fork(self) -> None:
        """The watch rests by itself."""

    def after_fork_in_parent(self) -> None:
        """And goes on by itself."""

    def after_fork_in_child(self) -> None:
        """The watch was the parent's, and a thread that is not here may have held the lock."""
        self._lock = threading.Lock()
        self.lose()

    def _forget(self) -> None:
        self._epoch += 1
        self._entries.clear()
        self._leases.clear()

    def __len__(self) -> int:
        return len(self._entries)


def _size_of(entry: _Entry) -> int:
    return entry.size


def is_revision(text: str) -> bool:
    """Whether revisions can be compared: they are opaque, and rising numbers as far as we know."""
    return text.isascii() and text.isdigit() and len(text) <= 20
