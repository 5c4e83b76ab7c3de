"""Handshakes of TLS, which cost much before anything is known of a client: so many at once, and of one address."""

import asyncio
import math
import socket
import ssl
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

_AT_ONCE = 256  # of some 40 KB each
_SHARE = 0.75  # of them that one address may have
_FAIR_SECONDS = 1.0  # for a handshake while others wait


@dataclass(eq=False, slots=True)
class Handshake:
    """One that waits or is under way, since it came or, when it began, since then."""

    accepted: socket.socket
    address: str
    security: ssl.SSLContext
    since: float
    has_begun: bool = False

    def give_up(self) -> None:
        """End it as if the client had: what is served there hears of it soon."""
        with suppress(OSError):
            self.accepted.shutdown(socket.SHUT_RDWR)
        if not self.has_begun:
            self.accepted.close()  # later it belongs to a transport


class Handshakes:
    """Lets handshakes begin while there is room. Who comes then waits, those of each address in a line of their own.

    The lines take turns, so that an address that brings many does not keep others waiting. While somebody waits, the
    oldest handshake that is in the way goes as soon as it had its time.
    """

    def __init__(self, begin: Callable[[Handshake], None]) -> None:
        self._begin = begin
        self._under_way: dict[Handshake, None] = {}  # the oldest first
        self._of: Counter[str] = Counter()
        self._lines: OrderedDict[str, deque[Handshake]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._under_way) + sum(map(len, self._lines.values()))

    def add(self, accepted: socket.socket, address: str, security: ssl.SSLContext) -> None:
        """Somebody came."""
        came = Handshake(accepted, address, security, _now())
        self._lines.setdefault(address, deque()).append(came)
        self._begin_some()

    def ended(self, handshake: Handshake) -> None:
        """It is done, or was given up."""
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
        if self._lines and self._timer is None:
            self._make_room()

    def _next(self) -> Handshake | None:
        """Who may begin: the first of the first line whose address has room left."""
        if len(self._under_way) >= _AT_ONCE:
            return None
        address = self._wanting()
        if address is None:
            return None
        line = self._lines.pop(address)
        first = line.popleft()
        if line:
            self._lines[address] = line  # behind the others
        return first

    def _make_room(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._lines and (oldest := self._in_the_way()) is not None:
            wait = oldest.since + _FAIR_SECONDS - _now()
            if wait > 0:
                self._timer = asyncio.get_running_loop().call_later(wait, self._make_room)
                return
            self._forget(oldest)
            oldest.give_up()
            self._begin_some()

    def _wanting(self) -> str | None:
        """The first address of which one more may begin when there is room: no more than one has its whole share."""
        share = math.ceil(_SHARE * _AT_ONCE)
        return next((each for each in self._lines if self._of[each] < share), None)

    def _in_the_way(self) -> Handshake | None:
        is_of_any = self._wanting() is not None
        return next((each for each in self._under_way if is_of_any or each.address in self._lines), None)

    def overdue(self, seconds: float) -> Iterator[Handshake]:
        """Take out those that have waited, or gone on, for so long."""
        since = _now() - seconds
        for address in list(self._lines):
            line = self._lines[address]
            while line and line[0].since <= since:
                yield line.popleft()
            if not line:
                del self._lines[address]
        for each in [each for each in self._under_way if each.since <= since]:
            self._forget(each)
            yield each
        self._begin_some()

    def all(self) -> Iterator[Handshake]:
        """Take out all of them."""
        lines, self._lines = self._lines, OrderedDict()
        for line in lines.values():
            yield from line
        under_way, self._under_way = self._under_way, {}
        self._of.clear()
        yield from under_way
        if self._timer is not None:
            self._timer.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()
