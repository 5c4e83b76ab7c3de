"""Plain counters of calls, read by telemetry when it is asked."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class MethodTally:
    """The calls of one RPC method; `failed` counts by gRPC code. A stream counts its messages as answered."""

    started: int = 0
    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)


class Tally:
    """A MethodTally for each RPC method."""

    def __init__(self) -> None:
        self.methods: dict[str, MethodTally] = {}

    def method(self, name: str) -> MethodTally:
        """The counters of one method, made on first use."""
        return self.methods.setdefault(name, MethodTally())

    def answered(self) -> dict[str, int]:
        """Answers by method, for the last log line of a server."""
        return {name: tally.answered for name, tally in self.methods.items()}
