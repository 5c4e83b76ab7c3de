"""A limit on the number and the duration of HTTP connections for probes and metrics."""

import asyncio
from collections import Counter
from typing import Generic, Protocol, TypeVar

_MOST = 256
_SECONDS = 10.0  # for a request to arrive, and for the client to read each piece of the response


class Placed(Protocol):
    """A connection with a place; `since` is when it was made or last advanced, by the event loop's clock."""

    address: str
    since: float

    def end(self) -> None:
        """Close the connection at once."""


AnyPlaced = TypeVar("AnyPlaced", bound=Placed)


class Places(Generic[AnyPlaced]):
    """The places of one event loop; a new connection may replace the oldest of the address that has the most."""

    def __init__(self) -> None:
        self._taken: dict[AnyPlaced, None] = {}  # the oldest first
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._taken)

    def enter(self, connection: AnyPlaced) -> None:
        """Give a connection a place, closing another one if all are taken."""
        if len(self._taken) >= _MOST:
            [(heaviest, _)] = self._of.most_common(1)
            oldest = next(each for each in self._taken if each.address == heaviest)
            self.leave(oldest)
            oldest.end()
        connection.since = asyncio.get_running_loop().time()
        self._taken[connection] = None
        self._of[connection.address] += 1

    def leave(self, connection: AnyPlaced) -> None:
        """Free the place of a connection; does nothing if it has none."""
        if connection in self._taken:
            del self._taken[connection]
            self._of[connection.address] -= 1
            if not self._of[connection.address]:
                del self._of[connection.address]

    def end_overdue(self, now: float) -> None:
        """Close the connections that have made no progress for too long."""
        for each in [each for each in self._taken if now - each.since > _SECONDS]:
            self.leave(each)
            each.end()

    def end_all(self) -> None:
        """Close every connection."""
        for each in list(self._taken):
            self.leave(each)
            each.end()
