"""All connections of a server: a place for each, and what they may make it keep together (RFC 9113, 10.5)."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

from authz.http2.calls import GrpcConnection
from authz.http2.errors import too_much
from authz.http2.limits import Http2Limits

_TICK_SECONDS = 1.0
_IN_A_PASS = 20  # connections and streams that are looked at in one pass of the loop
_NEARLY_FULL = 0.9  # of all places: from there on it is known who could make room
_LIGHTER = 0.75  # of what may be kept: so much is left when there was too much
_READ_BYTES = 65536
_CROWDED_BYTES = 1024  # of a read when half is kept of what may be
_TRIES = 16  # connections that are looked at for a place


class Kept(Protocol):
    """A connection; `outside` are the bytes that its transport keeps, `weight` all that it made us keep."""

    address: str
    connection: GrpcConnection
    weight: int

    @property
    def outside(self) -> int: ...
    def flush(self) -> None: ...
    def abort(self) -> None: ...
    def break_off(self, error: Exception) -> None: ...
    def displace(self) -> None: ...
    def hold_back(self) -> None: ...
    def let_go_on(self) -> None: ...
    def tick(self, now: float) -> int: ...


class Upkeep:
    """Belongs to one event loop. Of those who are without calls, some make room when all places are taken."""

    def __init__(self, limits: Http2Limits) -> None:
        self._limits = limits
        self.peers: dict[Kept, None] = {}
        self.kept = 0
        """Bytes, the sum of all weights."""
        self.are_gone = asyncio.Event()
        self._taken = 0
        self._of: Counter[str] = Counter()
        self._idle = deque[Kept]()
        self._held_back: dict[Kept, None] = {}
        self._lightening: asyncio.Task[None] | None = None
        self._buffer = memoryview(bytearray(_READ_BYTES))

    def enter(self, address: str) -> bool:
        """Take a place for somebody at an address, which `leave` gives back; False if there is none."""
        if self._taken >= self._limits.connections and not self._displaced_for(address):
            return False
        self._taken += 1
        self._of[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Somebody is gone."""
        self._taken -= 1
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]

    def _displaced_for(self, address: str) -> bool:
        """Whether somebody without calls made room, of an address that has as many places at least."""
        for _ in range(min(_TRIES, len(self._idle))):
            idle = self._idle.popleft()
            if idle in self.peers and idle.connection.is_idle and not idle.connection.is_over:
                if self._of[idle.address] >= self._of[address]:
                    idle.displace()
                    return True
                self._idle.append(idle)
        return False

    def add(self, peer: Kept) -> None:
        """A connection speaks HTTP/2."""
        self.peers[peer] = None

    def remove(self, peer: Kept) -> None:
        """It is gone."""
        self.peers.pop(peer, None)
        self._held_back.pop(peer, None)
        self._set_weight(peer, 0)
        if not self.peers:
            self.are_gone.set()

    @property
    def is_crowded(self) -> bool:
        """Whether so much is kept that nobody should bring much at once."""
        return self.kept * 2 > self._limits.kept_bytes

    def buffer(self) -> memoryview:
        """What is read next goes there."""
        return self._buffer[:_CROWDED_BYTES] if self.is_crowded else self._buffer

    def weigh(self, peer: Kept) -> None:
        """A connection may have grown. If all together are too heavy, it waits while it has more than its share."""
        before = peer.weight
        self._set_weight(peer, peer.connection.weigh() + peer.outside)
        if peer.weight <= before or self.kept <= self._limits.kept_bytes or peer.connection.is_over:
            return
        if self._lightening is None:
            self._lightening = asyncio.get_running_loop().create_task(self._lighten())
            self._lightening.add_done_callback(self._end_lightening)  # even if it is cancelled before it begins
        if self._is_heavy(peer) and peer not in self._held_back:
            self._held_back[peer] = None
            peer.hold_back()

    def _set_weight(self, peer: Kept, weight: int) -> None:
        self.kept += weight - peer.weight
        peer.weight = weight

    def _is_heavy(self, peer: Kept) -> bool:
        """Whether it makes us keep more than its equal share: those who do not are together never too heavy."""
        return peer.weight * len(self.peers) > self._limits.kept_bytes

    def _end_lightening(self, _task: asyncio.Task[None]) -> None:
        """However it ended, nobody is kept waiting."""
        self._lightening = None
        held_back, self._held_back = self._held_back, {}
        for peer in held_back:
            self._do(self._let_go_on, peer)

    async def _lighten(self) -> None:
        """Forget what only saves time, and if need be hang up on the heaviest at the heaviest address."""
        most = self._limits.kept_bytes * _LIGHTER
        by_weight = self._by_weight()
        for give_up in (self._forget, self._end):
            for number, peer in enumerate(by_weight):
                if self.kept <= most:
                    return
                self._do(give_up, peer)
                if number % _IN_A_PASS == _IN_A_PASS - 1:
                    await asyncio.sleep(0)

    def _do(self, something: Callable[[Kept], None], peer: Kept) -> None:
        """A fault of ours with one connection ends that one, and the others have their turn."""
        try:
            something(peer)
        except Exception as error:  # noqa: BLE001 - as above
            peer.break_off(error)
            self._set_weight(peer, 0)

    def _let_go_on(self, peer: Kept) -> None:
        peer.let_go_on()
        self.weigh(peer)  # work that was under way went on meanwhile

    def _by_weight(self) -> list[Kept]:
        of: Counter[str] = Counter()
        for peer in self.peers:
            of[peer.address] += peer.weight
        return sorted(self.peers, key=lambda peer: (of[peer.address], peer.weight), reverse=True)

    def _forget(self, peer: Kept) -> None:
        peer.connection.forget_blocks()
        peer.flush()

    def _end(self, peer: Kept) -> None:
        if peer not in self.peers:
            return
        if not peer.connection.is_over:
            peer.connection.fail(too_much("buffered", "too much is kept for all connections together"))
            peer.flush()
        if peer.outside:  # of a peer that takes nothing: it would stay until that has taken too long
            peer.abort()
        self._set_weight(peer, 0)

    async def run(self, also: Callable[[], None]) -> None:
        """Look at the time for all connections, about once a second, and have it done for others `also`."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            also()
            await self.look()

    async def look(self) -> None:
        """Look once."""
        loop, looked = asyncio.get_running_loop(), 0
        is_nearly_full = self._taken > self._limits.connections * _NEARLY_FULL
        strangers, known = deque[Kept](), deque[Kept]()
        for peer in list(self.peers):
            looked += peer.tick(loop.time())
            if is_nearly_full and peer.connection.is_idle:
                (known if peer.connection.has_answered else strangers).append(peer)
            if looked > _IN_A_PASS:
                looked = 0
                await asyncio.sleep(0)
        self._idle = strangers + known
