"""Plain counters of calls and decisions, read by telemetry when it is asked."""

from bisect import bisect_left
from collections import Counter

from authz.engine.decision import Reason

BOUNDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the latency buckets, in seconds; there is one more for all that took longer."""


class MethodCounters:
    """The calls of one RPC method; `failed` counts by gRPC code. A stream counts its messages as answered.

    `buckets` count calls by what they took, `seconds` is the sum of that: from the request's arrival at the service
    until its answer was handed to gRPC, waiting included.
    """

    __slots__ = ("answered", "buckets", "failed", "seconds", "started")

    def __init__(self) -> None:
        self.started = 0
        self.answered = 0
        self.failed: Counter[str] = Counter()
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def took(self, seconds: float) -> None:
        """A call ended after so long."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Counters:
    """A MethodCounters for each RPC method, and the decisions given, by the number of their reason.

    `item_errors` are items of batches that got an error instead, by gRPC code; `peer_faults` are of connections and
    streams, by kind.
    """

    def __init__(self, peer_faults: Counter[str] | None = None) -> None:
        self.methods: dict[str, MethodCounters] = {}
        self.decisions = [0] * (max(Reason) + 1)
        self.item_errors: Counter[str] = Counter()
        self.peer_faults = Counter[str]() if peer_faults is None else peer_faults

    def method(self, name: str) -> MethodCounters:
        """The counters of one method, made on first use."""
        return self.methods.setdefault(name, MethodCounters())

    def answered(self) -> dict[str, int]:
        """Answers by method, for the last log line of a server."""
        return {name: counters.answered for name, counters in self.methods.items()}
