"""All connections of a server: their number, their memory, and their ticks (RFC 9113, 10.5)."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from operator import itemgetter
from typing import Protocol

from authz.http2.calls import GrpcConnection
from authz.http2.errors import too_much
from authz.http2.limits import Http2Limits

_TICK_SECONDS = 1.0
_IN_A_PASS = 20  # connections and streams checked in one pass of the loop
_NEARLY_FULL = 0.9  # of all places; above it, idle connections are listed
_LIGHTER = 0.75  # of the memory limit: what remains after it was exceeded
_READ_BYTES = 65536
_CROWDED_BYTES = 1024  # of a read at least, while memory is half full
_TRIES = 16  # idle connections checked for a place


class TrackedConnection(Protocol):
    """A connection; `outside` are the bytes that its transport keeps, `weight` all bytes kept for it."""

    address: str
    connection: GrpcConnection
    weight: int

    @property
    def outside(self) -> int: ...
    def flush(self) -> None: ...
    def abort(self) -> None: ...
    def break_off(self, error: Exception) -> None: ...
    def displace(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def tick(self, now: float) -> int: ...


class Upkeep:
    """Bounds connections and their memory, for one event loop.

    When all places are taken, idle connections make room, and then those of the address that has the most.
    """

    def __init__(self, limits: Http2Limits) -> None:
        self._limits = limits
        self.peers: dict[TrackedConnection, None] = {}
        self.kept = 0
        """Bytes, the sum of all weights."""
        self.are_gone = asyncio.Event()
        self._taken = 0
        self._of: Counter[str] = Counter()
        self._idle = deque[TrackedConnection]()
        self._paused: dict[TrackedConnection, None] = {}
        self._lightening: asyncio.Task[None] | None = None
        self._buffer = memoryview(bytearray(_READ_BYTES))

    def enter(self, address: str) -> bool:
        """Take a place for a connection from an address, until `leave`; False if there is none."""
        is_full = self._taken >= self._limits.connections
        if is_full and not self._has_idle_made_room(address) and not self._has_busy_made_room(address):
            return False
        self._taken += 1
        self._of[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Release a place."""
        self._taken -= 1
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]

    def _has_idle_made_room(self, address: str) -> bool:
        """Whether an idle connection made room, of an address with at least as many places."""
        for _ in range(min(_TRIES, len(self._idle))):
            idle = self._idle.popleft()
            if idle in self.peers and idle.connection.is_idle and not idle.connection.is_over:
                if self._of[idle.address] >= self._of[address]:
                    idle.displace()
                    return True
                self._idle.append(idle)
        return False

    def _has_busy_made_room(self, address: str) -> bool:
        """Whether the newest connection made room of the address that has the most places, though it has calls.

        Else one peer could take all places with calls that never end. It must have two places more than `address`, so
        that two addresses do not take turns.
        """
        fullest, places = max(self._of.items(), key=itemgetter(1), default=("", 0))
        if places < self._of.get(address, 0) + 2:
            return False
        for peer in reversed(self.peers):
            if peer.address == fullest and not peer.connection.is_over:
                reason = f"all connections are taken, most of them by {fullest}; another address needs one"
                peer.connection.fail(too_much("connections", reason))
                peer.flush()
                if peer.outside:  # the peer does not read, so it would keep its place until a timeout
                    peer.abort()
                return True
        return False

    def add(self, peer: TrackedConnection) -> None:
        """Add an HTTP/2 connection."""
        self.peers[peer] = None

    def remove(self, peer: TrackedConnection) -> None:
        """Remove a closed connection."""
        self.peers.pop(peer, None)
        self._paused.pop(peer, None)
        self._set_weight(peer, 0)
        if not self.peers:
            self.are_gone.set()

    @property
    def is_crowded(self) -> bool:
        """Whether so much memory is used that connections should read little at once."""
        return self.kept * 2 > self._limits.kept_bytes

    def buffer(self, peer: TrackedConnection) -> memoryview:
        """The buffer for the next read of a connection, limited to the rest of its share while memory is half full."""
        if not self.is_crowded:
            return self._buffer
        left = self._limits.kept_bytes // max(len(self.peers), 1) - peer.weight
        return self._buffer[: max(left, _CROWDED_BYTES)]

    def weigh(self, peer: TrackedConnection) -> None:
        """Update the weight of a connection. If all together are too heavy, it is paused while it exceeds its share."""
        before = peer.weight
        self._set_weight(peer, peer.connection.weigh() + peer.outside)
        if peer.weight <= before or self.kept <= self._limits.kept_bytes or peer.connection.is_over:
            return
        if self._lightening is None:
            self._lightening = asyncio.get_running_loop().create_task(self._lighten())
            self._lightening.add_done_callback(self._end_lightening)  # even if it is cancelled before it begins
        if self._is_heavy(peer) and peer not in self._paused:
            self._paused[peer] = None
            peer.pause_reading()

    def _set_weight(self, peer: TrackedConnection, weight: int) -> None:
        self.kept += weight - peer.weight
        peer.weight = weight

    def _is_heavy(self, peer: TrackedConnection) -> bool:
        """Whether it exceeds its equal share: connections that do not are together never too heavy."""
        return peer.weight * len(self.peers) > self._limits.kept_bytes

    def _end_lightening(self, _task: asyncio.Task[None]) -> None:
        """Resume all paused connections, however the task ended."""
        self._lightening = None
        paused, self._paused = self._paused, {}
        for peer in paused:
            self._do(self._resume_reading, peer)

    async def _lighten(self) -> None:
        """Forget what only saves time; then close the heaviest connections of the heaviest address, if needed."""
        most = self._limits.kept_bytes * _LIGHTER
        by_weight = self._by_weight()
        for give_up in (self._forget, self._end):
            for number, peer in enumerate(by_weight):
                if self.kept <= most:
                    return
                self._do(give_up, peer)
                if number % _IN_A_PASS == _IN_A_PASS - 1:
                    await asyncio.sleep(0)

    def _do(self, something: Callable[[TrackedConnection], None], peer: TrackedConnection) -> None:
        """Do something; a fault of the server with one connection ends that one only."""
        try:
            something(peer)
        except Exception as error:  # noqa: BLE001 - as above
            peer.break_off(error)
            self._set_weight(peer, 0)

    def _resume_reading(self, peer: TrackedConnection) -> None:
        peer.resume_reading()
        self.weigh(peer)  # it may have grown meanwhile

    def _by_weight(self) -> list[TrackedConnection]:
        of: Counter[str] = Counter()
        for peer in self.peers:
            of[peer.address] += peer.weight
        return sorted(self.peers, key=lambda peer: (of[peer.address], peer.weight), reverse=True)

    def _forget(self, peer: TrackedConnection) -> None:
        peer.connection.forget_blocks()
        peer.flush()

    def _end(self, peer: TrackedConnection) -> None:
        if peer not in self.peers:
            return
        if not peer.connection.is_over:
            peer.connection.fail(too_much("buffered", "all connections together use too much memory"))
            peer.flush()
        if peer.outside:  # the peer does not read, so the connection would stay open until a timeout
            peer.abort()
        self._set_weight(peer, 0)

    async def run(self, also: Callable[[], None]) -> None:
        """Check timeouts of all connections about once a second, without end; calls `also` before each check."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            also()
            await self.check()

    async def check(self) -> None:
        """Check timeouts once."""
        loop, checked = asyncio.get_running_loop(), 0
        is_nearly_full = self._taken > self._limits.connections * _NEARLY_FULL
        unproven, known = deque[TrackedConnection](), deque[TrackedConnection]()
        for peer in list(self.peers):
            checked += peer.tick(loop.time())
            if is_nearly_full and peer.connection.is_idle:
                (known if peer.connection.has_answered else unproven).append(peer)
            if checked > _IN_A_PASS:
                checked = 0
                await asyncio.sleep(0)
        self._idle = unproven + known
