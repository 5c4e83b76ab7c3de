"""Places for the connections of probes: few, and nobody keeps one for long."""

import asyncio
from collections import Counter
from typing import Generic, Protocol, TypeVar

_MOST = 256
_SECONDS = 10.0  # for a request to arrive, and between two pieces of its answer that are taken


class Placed(Protocol):
    """Who has a place; `since` is when it came, or made its last step, by the event loop's clock."""

    address: str
    since: float

    def end(self) -> None:
        """Hang up."""


Someone = TypeVar("Someone", bound=Placed)


class Places(Generic[Someone]):
    """Belongs to one event loop. The oldest of the address that has most makes room for who comes."""

    def __init__(self) -> None:
        self._taken: dict[Someone, None] = {}  # the oldest first
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._taken)

    def enter(self, someone: Someone) -> None:
        """Take a place."""
        if len(self._taken) >= _MOST:
            [(heaviest, _)] = self._of.most_common(1)
            oldest = next(each for each in self._taken if each.address == heaviest)
            self.leave(oldest)
            oldest.end()
        someone.since = asyncio.get_running_loop().time()
        self._taken[someone] = None
        self._of[someone.address] += 1

    def leave(self, someone: Someone) -> None:
        """Give a place back, once; more often does nothing."""
        if someone in self._taken:
            del self._taken[someone]
            self._of[someone.address] -= 1
            if not self._of[someone.address]:
                del self._of[someone.address]

    def end_overdue(self, now: float) -> None:
        """Hang up on those that had their time."""
        for each in [each for each in self._taken if now - each.since > _SECONDS]:
            self.leave(each)
            each.end()

    def end_all(self) -> None:
        """Hang up on everybody."""
        for each in list(self._taken):
            self.leave(each)
            each.end()
