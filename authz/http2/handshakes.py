"""TLS handshakes, of which few run at once, since each costs much before the client is known."""

import asyncio
import math
import socket
import ssl
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

_AT_ONCE = 256  # handshakes of about 40 KB each
_SHARE = 0.75  # of them that may be of one address
_FAIR_SECONDS = 1.0  # for a handshake, while others wait


@dataclass(eq=False, slots=True)
class Handshake:
    """A handshake that waits or is under way; `since` is when it came or, once it has begun, when it began."""

    accepted: socket.socket
    address: str
    security: ssl.SSLContext
    since: float
    has_begun: bool = False

    def give_up(self) -> None:
        """Abort it; the protocol of the connection is notified soon."""
        with suppress(OSError):
            self.accepted.shutdown(socket.SHUT_RDWR)
        if not self.has_begun:
            self.accepted.close()  # once begun, the transport closes it


class Handshakes:
    """Begins handshakes while there is room; others wait, in a queue for each address.

    The queues take turns, so that an address with many handshakes does not block others. While one waits, the oldest
    handshake in its way is aborted as soon as it has had its time.
    """

    def __init__(self, begin: Callable[[Handshake], None]) -> None:
        self._begin = begin
        self._under_way: dict[Handshake, None] = {}  # the oldest first
        self._of: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[Handshake]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._under_way) + sum(map(len, self._queues.values()))

    def add(self, accepted: socket.socket, address: str, security: ssl.SSLContext) -> None:
        """Add the handshake of a new connection."""
        came = Handshake(accepted, address, security, _now())
        self._queues.setdefault(address, deque()).append(came)
        self._begin_some()

    def ended(self, handshake: Handshake) -> None:
        """Remove a handshake that is done or aborted."""
        if handshake in self._under_way:
            self._forget(handshake)
            self._begin_some()

    def _forget(self, handshake: Handshake) -> None:
        del self._under_way[handshake]
        self._of[handshake.address] -= 1
        if not self._of[handshake.address]:
            del self._of[handshake.address]

    def _begin_some(self) -> None:
        while (first := self._next()) is not None:
            first.since, first.has_begun = _now(), True
            self._under_way[first] = None
            self._of[first.address] += 1
            self._begin(first)
        if self._queues and self._timer is None:
            self._make_room()

    def _next(self) -> Handshake | None:
        """The next handshake to begin: the first in the queue of an address that has room left."""
        if len(self._under_way) >= _AT_ONCE:
            return None
        address = self._wanting()
        if address is None:
            return None
        queue = self._queues.pop(address)
        first = queue.popleft()
        if queue:
            self._queues[address] = queue  # behind the others
        return first

    def _make_room(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queues and (oldest := self._in_the_way()) is not None:
            wait = oldest.since + _FAIR_SECONDS - _now()
            if wait > 0:
                self._timer = asyncio.get_running_loop().call_later(wait, self._make_room)
                return
            self._forget(oldest)
            oldest.give_up()
            self._begin_some()

    def _wanting(self) -> str | None:
        """The first waiting address that has not reached its share."""
        share = math.ceil(_SHARE * _AT_ONCE)
        return next((each for each in self._queues if self._of[each] < share), None)

    def _in_the_way(self) -> Handshake | None:
        is_of_any = self._wanting() is not None
        return next((each for each in self._under_way if is_of_any or each.address in self._queues), None)

    def overdue(self, seconds: float) -> Iterator[Handshake]:
        """Remove and return those that have waited, or run, for so many seconds."""
        since = _now() - seconds
        for address in list(self._queues):
            queue = self._queues[address]
            while queue and queue[0].since <= since:
                yield queue.popleft()
            if not queue:
                del self._queues[address]
        for each in [each for each in self._under_way if each.since <= since]:
            self._forget(each)
            yield each
        self._begin_some()

    def all(self) -> Iterator[Handshake]:
        """Remove and return all of them."""
        queues, self._queues = self._queues, OrderedDict()
        for queue in queues.values():
            yield from queue
        under_way, self._under_way = self._under_way, {}
        self._of.clear()
        yield from under_way
        if self._timer is not None:
            self._timer.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()
