"""The local cache of decisions, which are valid while a watch of revisions is connected."""

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
_EACH = 2048  # average bytes of a decision and its question
_LONGEST = 16 * 1024  # largest decision that is kept, in bytes
_ENTRY = 900  # bytes of a decision in addition to its strings: objects and tables of cachetools


class _Lease:
    """Ends when a decision of its account may have changed."""

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
    """Taken before a question is sent; the answer is kept only if the watch was not lost since."""

    epoch: int
    asked: float


class DecisionMemory:
    """A thread-safe cache of at most `size` decisions of 2 KiB on average; empty while there is no watch.

    A decision depends on the account of its principal and on every account in its resource. Decisions longer than some
    KiB are not kept.
    """

    def __init__(self, size: int, ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: LRUCache[Key, _Entry] = LRUCache(size * _EACH, _size_of)
        self._size = size
        self._ttl = ttl
        self._clock = clock
        self._lock = threading.Lock()
        self._leases: WeakValueDictionary[str, _Lease] = WeakValueDictionary()
        self._newest: int | None = None  # the newest revision from the watch; None while there is none
        self._epoch = 0
        on_fork(self)

    @property
    def is_watched(self) -> bool:
        """Whether a watch is connected."""
        return self._newest is not None

    def get(self, key: Key, at_least: str | None) -> Decision | None:
        """The cached decision, if it is still valid and of revision `at_least` or later."""
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
        """A ticket for `put`; take it before the question is sent."""
        return Ticket(self._epoch, self._clock())

    def put(self, key: Key, decision: Decision, ticket: Ticket) -> None:
        """Keep a decision unless it may be older than a change reported by the watch."""
        if not is_revision(decision.revision):
            return
        size = _ENTRY + sum(map(sys.getsizeof, (*key, decision.message)))
        if size > min(_LONGEST, self._entries.maxsize):
            return
        revision, accounts = int(decision.revision), set(_UIN.findall(f"{key[0]} {key[2]}"))
        with self._lock:
            if self._newest is None or ticket.epoch != self._epoch or revision < self._newest or not accounts:
                return
            leases = tuple(self._leases.setdefault(uin, _Lease()) for uin in accounts)
            self._entries[key] = _Entry(decision, revision, ticket.asked + self._ttl, leases, size)
            if len(self._entries) > self._size:
                self._entries.popitem()

    def begin(self, revision: str) -> None:
        """Process the first message of a watch: start with an empty cache."""
        with self._lock:
            self._forget()
            self._newest = int(revision) if is_revision(revision) else None

    def advance(self, revision: str, accounts: Iterable[str]) -> None:
        """Process a later message: drop the decisions of these accounts, or all decisions if there are none."""
        changed = list(accounts)
        with self._lock:
            if self._newest is None or not changed or not is_revision(revision):
                self._forget()
                self._newest = int(revision) if is_revision(revision) else None
                return
            self._newest = int(revision)
            for uin in changed:
                lease = self._leases.pop(uin, None)
                if lease is not None:
                    lease.live = False

    def lose(self) -> None:
        """Process the loss of the watch: drop everything and keep nothing until the next one begins."""
        with self._lock:
            self._forget()
            self._newest = None

    def before_fork(self) -> None:
        """Do nothing: the watch stops itself."""

    def after_fork_in_parent(self) -> None:
        """Do nothing: the watch restarts itself."""

    def after_fork_in_child(self) -> None:
        """Drop everything: the watch is the parent's; and replace the lock, which another thread may hold."""
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
    """Whether revisions can be compared; they are opaque, but current sidecars use rising numbers."""
    return text.isascii() and text.isdigit() and len(text) <= 20
