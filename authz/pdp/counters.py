"""Counters of calls and decisions, which telemetry reads on demand."""

from bisect import bisect_left
from collections import Counter

from authz.engine.decision import Reason

BOUNDS = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the latency buckets, in seconds; one more bucket counts slower calls."""


class MethodCounters:
    """The calls of one RPC method; `failed` counts by gRPC code. Each answer of a stream counts as answered.

    `buckets` count answers by their latency and `seconds` is its sum: from the arrival of the request until its answer
    is ready to send, waiting included.
    """

    __slots__ = ("answered", "buckets", "failed", "seconds", "started")

    def __init__(self) -> None:
        self.started = 0
        self.answered = 0
        self.failed: Counter[str] = Counter()
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def answer_took(self, seconds: float) -> None:
        """Count an answer, and its latency."""
        self.answered += 1
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Counters:
    """The counters of each RPC method, and of decisions by the number of their reason.

    `item_errors` counts the items of batches that got an error, by gRPC code; `peer_faults` the faults of connections
    and streams, by kind.
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
        """The number of answers by method, for the last log line of a server."""
        return {name: counters.answered for name, counters in self.methods.items()}
