"""One connection's transport: what it brings goes to the state machine, and what that says goes out."""

import asyncio
from typing import Protocol, cast

from authz.http2.calls import GrpcApplication, GrpcConnection
from authz.http2.fair_queue import FairQueue
from authz.http2.lifetime import Lifetime, Stage
from authz.http2.limits import Http2Limits
from authz.http2.tls import Secured
from authz.http2.transports import forget_itself
from authz.http2.upkeep import Upkeep

_FOR_EVER = Lifetime()
_SHORT = 512  # bytes of a read that is worked on at once: a few calls


class Server(Protocol):
    """What a connection wants of its server."""

    limits: Http2Limits
    application: GrpcApplication
    queue: FairQueue
    upkeep: Upkeep
    is_draining: bool

    def connect(self, transport: asyncio.BaseTransport) -> GrpcConnection:
        """The state of a new connection."""

    def wall(self) -> float:
        """The clock by which certificates end."""

    def lifetime_of(self, transport: asyncio.BaseTransport) -> Lifetime:
        """How long a connection that is made now may live."""

    def record_fault(self, kind: str, reason: str) -> None:
        """Count and pass on a fault."""

    def leave(self, address: str) -> None:
        """A connection from there is gone."""


class ConnectionProtocol(asyncio.BufferedProtocol):
    """One connection's transport: one write for each turn, and no reading while the peer takes nothing.

    A long read waits for its turns, and the next read for the end of that.
    """

    def __init__(self, server: Server, address: str = "") -> None:
        self._server = server
        self.address = address
        self.connection: GrpcConnection
        self.transport: asyncio.Transport
        self.weight = 0
        self.lifetime = _FOR_EVER
        self._stuck_since = 0.0
        self._waits = self._is_held_back = self._is_aborted = False
        self._read: memoryview

    @property
    def outside(self) -> int:
        """Bytes that the transport keeps: written ones, if the peer takes nothing, and half a record of TLS."""
        if self._is_aborted:
            return 0
        written = self.transport.get_write_buffer_size() if self._stuck_since else 0
        return written + len(self.transport.part) if isinstance(self.transport, Secured) else written

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are none by their class
        self.connection = self._server.connect(transport)
        security = transport.get_extra_info("ssl_object")
        if security is not None and security.selected_alpn_protocol() != "h2":
            self._server.record_fault("alpn", "the client does not speak HTTP/2")  # RFC 9113, 3.2
            self.transport.close()
        else:
            self._server.upkeep.add(self)
            self.lifetime = self._server.lifetime_of(transport)
            self.connection.flush = self.flush
            if self._server.is_draining:  # a handshake took its time
                self.connection.drain()
            self.flush()

    def get_buffer(self, _sizehint: int) -> memoryview:
        self._read = self._server.upkeep.buffer()
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._read[:nbytes]))

    def data_received(self, data: bytes) -> None:
        if len(data) <= _SHORT and not self.connection.is_behind:
            self._receive(data, None)
            return
        self.connection.keep(data)
        self._server.upkeep.weigh(self)
        if self._waits or self._server.upkeep.is_crowded:
            self.transport.pause_reading()
        if not self._waits:
            self._go_on()

    def _work(self, end: float) -> bool:
        """A turn: some of what was read; whether more of it waits."""
        if self.connection.is_behind and not self._stuck_since:
            self._receive(b"", end)
            self._server.queue.charged += self.connection.begun
        self._waits = self.connection.is_behind and not self._stuck_since
        if not self.connection.is_behind:
            self._go_on()
        return self._waits

    def _go_on(self) -> None:
        """With what was read, or with reading, unless the peer takes nothing."""
        if self.transport.is_closing() or self._stuck_since or self._is_held_back:
            return
        if not self.connection.is_behind:
            self.transport.resume_reading()
        elif not self._waits:
            self._waits = True
            self._server.queue.wait(self._work)

    def _receive(self, data: bytes, until: float | None) -> None:
        try:
            self.connection.receive(data, until)
        except Exception as error:  # noqa: BLE001 - it is told
            self.break_off(error)
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if data := self.connection.output():
            self.transport.write(data)
        if self.connection.has_grown:
            self._server.upkeep.weigh(self)
        if self.connection.is_over:
            self.transport.close()

    def weigh(self) -> None:
        """More or less is kept than before."""
        self._server.upkeep.weigh(self)

    def displace(self) -> None:
        """Hang up, so that somebody else has room; the client comes again when it has a call to make."""
        self.connection.dismiss()
        self.flush()
        if self.transport.get_write_buffer_size():
            self.abort()

    def hold_back(self) -> None:
        """Read nothing until too much is not kept any more."""
        self._is_held_back = True
        self.transport.pause_reading()

    def let_go_on(self) -> None:
        """Read again."""
        self._is_held_back = False
        self._go_on()

    def abort(self) -> None:
        """Hang up at once."""
        self._is_aborted = True
        self.transport.abort()

    def break_off(self, error: Exception) -> None:
        """Tell a fault of ours, which ends this connection and no other."""
        self._server.application.failed(error)
        self.connection.close()
        self.abort()

    def pause_writing(self) -> None:
        self._stuck_since = asyncio.get_running_loop().time()
        self.connection.pause()
        self._server.upkeep.weigh(self)
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._stuck_since = 0.0
        self._server.upkeep.weigh(self)
        if not self.transport.is_closing():
            self.connection.resume()
            self.flush()
            self._go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self._server.upkeep.remove(self)
        self._server.leave(self.address)
        self.connection.close()
        self.connection.output()  # nobody takes it any more, and nothing follows
        forget_itself(self.transport)

    def tick(self, now: float) -> int:
        """About once a second; returns how much was looked at."""
        try:
            return self._tick(now)
        except Exception as error:  # noqa: BLE001 - it is told, and the others have their tick
            self.break_off(error)
            return 1

    def _tick(self, now: float) -> int:
        looked = 1 + self.connection.tick()
        if self._stuck_since and now - self._stuck_since > self._server.limits.stall_seconds:
            self._server.record_fault("slow_reader", "the peer takes nothing")
            self.abort()
        self._age(self.lifetime.stage(now, self._server.wall()))
        self.flush()
        return looked

    def _age(self, stage: Stage) -> None:
        """Let clients come again, and show a certificate again (as gRPC's MAX_CONNECTION_AGE)."""
        if stage is Stage.OVER and self.connection.is_draining:
            self.abort()
        elif stage is not Stage.SERVING:  # however short the grace, the peer is told first
            self.connection.drain()
