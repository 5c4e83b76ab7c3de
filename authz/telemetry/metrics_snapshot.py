"""The figures of a sidecar at one moment, as plain values that processes send to each other and add."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from operator import add
from typing import TypeVar

Key = TypeVar("Key", str, tuple[str, str])
"""What is counted."""


@dataclass(frozen=True, slots=True)
class CallCount:
    """The number of calls of one method that ended with one gRPC status code."""

    method: str
    code: str
    calls: int


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """The decisions of one outcome (`allowed`, `denied`, or `error` for an item of a batch) for one reason."""

    outcome: str
    reason: str
    decisions: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency histogram of one method: `buckets` count calls up to each of `bounds`, and above; all in seconds."""

    method: str
    bounds: tuple[float, ...]
    buckets: tuple[int, ...]
    seconds: float

    def __add__(self, other: "Latency") -> "Latency":
        buckets = tuple(map(sum, zip(self.buckets, other.buckets, strict=True)))
        return Latency(self.method, self.bounds, buckets, self.seconds + other.seconds)


@dataclass(frozen=True, slots=True)
class CacheSnapshot:
    """The decision cache. `dropped` decisions were stale after a change, `evicted` ones made room.

    It holds `entries` of at most `capacity`, and `held_bytes` of at most `most_bytes`.
    """

    hits: int = 0
    misses: int = 0
    dropped: int = 0
    evicted: int = 0
    entries: int = 0
    capacity: int = 0
    held_bytes: int = 0
    most_bytes: int = 0

    def __add__(self, other: "CacheSnapshot") -> "CacheSnapshot":
        return CacheSnapshot(*map(add, astuple(self), astuple(other)))

    def ended(self) -> "CacheSnapshot":
        """The counters alone, for a process that has ended."""
        return replace(self, entries=0, capacity=0, held_bytes=0, most_bytes=0)


@dataclass(frozen=True, slots=True)
class ServiceSnapshot:
    """One process, or the sum of several; `certificate_expires_at` is the earliest expiry, 0 if unknown.

    `waiting` counts the calls in flight that wait for a revision. `rejected` counts calls above the limit of calls in
    flight, `rejected_waiting` calls above the limit of waiting calls, `rejected_streams` streams above their limit.
    `peer_faults` are counts by kind.
    """

    cache: CacheSnapshot = CacheSnapshot()
    calls: tuple[CallCount, ...] = ()
    latencies: tuple[Latency, ...] = ()
    decisions: tuple[DecisionCount, ...] = ()
    in_flight: int = 0
    in_flight_limit: int = 0
    waiting: int = 0
    rejected: int = 0
    rejected_waiting: int = 0
    rejected_streams: int = 0
    peer_faults: tuple[tuple[str, int], ...] = ()
    collector_seconds: float = 0.0
    certificate_expires_at: float = 0.0

    def __add__(self, other: "ServiceSnapshot") -> "ServiceSnapshot":
        expiries = [end for end in (self.certificate_expires_at, other.certificate_expires_at) if end]
        return ServiceSnapshot(
            cache=self.cache + other.cache,
            calls=_added_calls(self.calls + other.calls),
            latencies=_added_latencies(self.latencies + other.latencies),
            decisions=_added_decisions(self.decisions + other.decisions),
            in_flight=self.in_flight + other.in_flight,
            in_flight_limit=self.in_flight_limit + other.in_flight_limit,
            waiting=self.waiting + other.waiting,
            rejected=self.rejected + other.rejected,
            rejected_waiting=self.rejected_waiting + other.rejected_waiting,
            rejected_streams=self.rejected_streams + other.rejected_streams,
            peer_faults=tuple(_summed(self.peer_faults + other.peer_faults)),
            collector_seconds=self.collector_seconds + other.collector_seconds,
            certificate_expires_at=min(expiries, default=0.0),
        )

    def ended(self) -> "ServiceSnapshot":
        """The counters alone, for a process that has ended."""
        cache = self.cache.ended()
        return replace(self, cache=cache, in_flight=0, in_flight_limit=0, waiting=0, certificate_expires_at=0.0)


@dataclass(frozen=True, slots=True)
class StaleSnapshot:
    """A file or account whose newest version has not been in force for `seconds`, and why."""

    account: str
    path: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class MetricsSnapshot:
    """All figures of a sidecar; `service` is the sum over its processes.

    Times are seconds since the epoch, 0 before the first event. `faults` are problems by account.
    """

    service: ServiceSnapshot = ServiceSnapshot()
    workers: int = 1
    restarts: int = 0
    revision: int = 0
    revision_at: float = 0.0
    looked_at: float = 0.0
    accounts: int = 0
    reloads: int = 0
    refusals: int = 0
    faults: tuple[tuple[str, int], ...] = ()
    stale: tuple[StaleSnapshot, ...] = ()


def _summed(counts: Iterable[tuple[Key, int]]) -> list[tuple[Key, int]]:
    """The sum for each key, sorted by key."""
    added = Counter[Key]()
    for key, number in counts:
        added[key] += number
    return sorted(added.items())


def _added_calls(counts: tuple[CallCount, ...]) -> tuple[CallCount, ...]:
    summed = _summed(((each.method, each.code), each.calls) for each in counts)
    return tuple(CallCount(*key, calls) for key, calls in summed)


def _added_decisions(counts: tuple[DecisionCount, ...]) -> tuple[DecisionCount, ...]:
    summed = _summed(((each.outcome, each.reason), each.decisions) for each in counts)
    return tuple(DecisionCount(*key, decisions) for key, decisions in summed)


def _added_latencies(latencies: tuple[Latency, ...]) -> tuple[Latency, ...]:
    added: dict[str, Latency] = {}
    for each in latencies:
        known = added.get(each.method)
        added[each.method] = each if known is None else known + each
    return tuple(added[method] for method in sorted(added))
