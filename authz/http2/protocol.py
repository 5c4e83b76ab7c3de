"""The protocol of one connection: passes bytes between its transport and its state machine."""

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
_SHORT = 512  # bytes of a read that is processed at once: a few calls


class Server(Protocol):
    """What a connection needs of its server."""

    limits: Http2Limits
    application: GrpcApplication
    queue: FairQueue
    upkeep: Upkeep
    is_draining: bool

    def connect(self, transport: asyncio.BaseTransport) -> GrpcConnection:
        """A new connection."""

    def wall(self) -> float:
        """The clock by which certificates expire."""

    def lifetime_of(self, transport: asyncio.BaseTransport) -> Lifetime:
        """The lifetime of a new connection."""

    def record_fault(self, kind: str, reason: str) -> None:
        """Count and report a fault."""

    def leave(self, address: str) -> None:
        """Release the place of a connection."""


class ConnectionProtocol(asyncio.BufferedProtocol):
    """Writes once for each turn, and does not read while the peer does not.

    A long read is processed in turns, and the next read waits for its end.
    """

    def __init__(self, server: Server, address: str = "") -> None:
        self._server = server
        self.address = address
        self.connection: GrpcConnection
        self.transport: asyncio.Transport
        self.weight = 0
        self.lifetime = _FOR_EVER
        self._stuck_since = 0.0
        self._waits = self._is_paused = self._is_aborted = False
        self._read: memoryview

    @property
    def outside(self) -> int:
        """Bytes that the transport keeps: written ones that the peer does not read, and an incomplete record of TLS."""
        if self._is_aborted:
            return 0
        written = self.transport.get_write_buffer_size() if self._stuck_since else 0
        return written + len(self.transport.part) if isinstance(self.transport, Secured) else written

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # those of uvloop have another base class
        self.connection = self._server.connect(transport)
        security = transport.get_extra_info("ssl_object")
        if security is not None and security.selected_alpn_protocol() != "h2":
            self._server.record_fault("alpn", "the client does not speak HTTP/2")  # RFC 9113, 3.2
            self.transport.close()
        else:
            self._server.upkeep.add(self)
            self.lifetime = self._server.lifetime_of(transport)
            self.connection.flush = self.flush
            if self._server.is_draining:  # since the handshake began
                self.connection.drain()
            self.flush()

    def get_buffer(self, _sizehint: int) -> memoryview:
        self._read = self._server.upkeep.buffer(self)
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
        """Process some of what was read, in a turn; whether more of it waits."""
        if self.connection.is_behind and not self._stuck_since:
            self._receive(b"", end)
            self._server.queue.charged += self.connection.begun
        self._waits = self.connection.is_behind and not self._stuck_since
        if not self.connection.is_behind:
            self._go_on()
        return self._waits

    def _go_on(self) -> None:
        """Process what was read, or read more, unless the peer does not read."""
        if self.transport.is_closing() or self._stuck_since or self._is_paused:
            return
        if not self.connection.is_behind:
            self.transport.resume_reading()
        elif not self._waits:
            self._waits = True
            self._server.queue.wait(self._work)

    def _receive(self, data: bytes, until: float | None) -> None:
        try:
            self.connection.receive(data, until)
        except Exception as error:  # noqa: BLE001 - it is reported
            self.break_off(error)
        self.flush()

    def flush(self) -> None:
        """Write pending output."""
        if data := self.connection.output():
            self.transport.write(data)
        if self.connection.has_grown:
            self._server.upkeep.weigh(self)
        if self.connection.is_over:
            self.transport.close()

    def weigh(self) -> None:
        """Update the weight of this connection."""
        self._server.upkeep.weigh(self)

    def displace(self) -> None:
        """Close this idle connection to make room; the client connects again for its next call."""
        self.connection.dismiss()
        self.flush()
        if self.transport.get_write_buffer_size():
            self.abort()

    def pause_reading(self) -> None:
        """Stop reading until memory is free again."""
        self._is_paused = True
        self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._is_paused = False
        self._go_on()

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_aborted = True
        self.transport.abort()

    def break_off(self, error: Exception) -> None:
        """Report a fault of the server, which ends only this connection."""
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
        self.connection.output()  # it cannot be sent
        forget_itself(self.transport)

    def tick(self, now: float) -> int:
        """Check timeouts, about once a second; returns the number of checks."""
        try:
            return self._tick(now)
        except Exception as error:  # noqa: BLE001 - it is reported, and the others have their tick
            self.break_off(error)
            return 1

    def _tick(self, now: float) -> int:
        checked = 1 + self.connection.tick()
        if self._stuck_since and now - self._stuck_since > self._server.limits.stall_seconds:
            self._server.record_fault("slow_reader", "the peer does not read")
            self.abort()
        self._age(self.lifetime.stage(now, self._server.wall()))
        self.flush()
        return checked

    def _age(self, stage: Stage) -> None:
        """Make clients reconnect, and show their certificate again (as gRPC's MAX_CONNECTION_AGE)."""
        if stage is Stage.OVER and self.connection.is_draining:
            self.abort()
        elif stage is not Stage.SERVING:  # the peer is always notified first
            self.connection.drain()
