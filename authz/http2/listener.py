"""Listens on TCP and Unix sockets with asyncio, with TLS or without, and drives connections."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast

from authz.http2.calls import GrpcApplication, Link, Method, Route
from authz.http2.connection import Connection
from authz.http2.errors import ErrorCode
from authz.http2.frames import goaway
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Http2Limits
from authz.http2.peer import Peer, peer_of

_TICK_SECONDS = 1.0
_BACKLOG = 1024  # connections that wait to be taken over
_GONE_SECONDS = 1.0  # for connections to notice that they were aborted
Told = Callable[[str, str], None]


class _Line(asyncio.Protocol):
    """One connection's transport: one write for each read, and no reading while the peer takes nothing."""

    def __init__(self, server: "GrpcServer") -> None:
        self._server = server
        self.connection: Link
        self.transport: asyncio.Transport | None = None
        self._stuck_since = 0.0
        self._is_reading = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)  # uvloop's are none by their class
        self.transport = transport
        self.connection = self._server.connect(transport)
        security = transport.get_extra_info("ssl_object")
        if len(self._server.peers) >= self._server.limits.connections:
            self._server.hear("connections", "too many connections")
            transport.write(goaway(0, ErrorCode.ENHANCE_YOUR_CALM, "too many connections"))
            transport.close()
        elif security is not None and security.selected_alpn_protocol() != "h2":
            self._server.hear("alpn", "the client does not speak HTTP/2")  # RFC 9113, 3.2
            transport.close()
        else:
            self._server.peers[self.connection] = self
            if self._server.is_draining:  # a handshake took its time
                self.connection.drain()
            self.flush()

    def data_received(self, data: bytes) -> None:
        self._is_reading = True
        try:
            self.connection.receive(data)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the connection, and no other
            self._server.application.failed(error)
            self.abort()
        finally:
            self._is_reading = False
        self.flush()

    def flush(self) -> None:
        """Write what waits, unless that follows at the end of a read."""
        if self._is_reading or self.transport is None:
            return
        connection = self.connection
        if connection.is_draining:
            connection.end_if_drained()
        if data := connection.output():
            self.transport.write(data)
        if connection.is_over:
            self.transport.close()

    def pause_writing(self) -> None:
        self._stuck_since = asyncio.get_running_loop().time()
        self.connection.pause()
        if self.transport is not None:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._stuck_since = 0.0
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
            self.connection.resume()
            self.flush()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        self._server.forget(self.connection)
        self.connection.close()
        self.transport = None

    def tick(self, now: float) -> None:
        """About once a second."""
        if self._stuck_since and now - self._stuck_since > self._server.limits.stall_seconds:
            self._server.hear("slow_reader", "the peer takes nothing")
            self.abort()
            return
        self.connection.tick()
        self.flush()

    def abort(self) -> None:
        """Hang up at once."""
        if self.transport is not None:
            self.transport.abort()


class GrpcServer:
    """A gRPC server of some methods, by their paths. It belongs to one event loop.

    `methods_for` may give a peer others, as long as its connection lasts; None where it gets those of everybody.
    `told` hears of every fault of a peer, as its kind and the reason; `faults` counts them by kind.
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        limits: Http2Limits = DEFAULT_HTTP2_LIMITS,
        told: Told = lambda _kind, _reason: None,
        failed: Callable[[Exception], None] = lambda _error: None,
        methods_for: Callable[[Peer], Mapping[str, Method] | None] | None = None,
    ) -> None:
        self.limits = limits
        self.application = GrpcApplication(methods, limits.message_bytes, self._flush, failed)
        self.is_draining = False
        self._methods_for = methods_for
        self.peers: dict[Connection[Route], _Line] = {}
        self.faults: Counter[str] = Counter()
        self._told = told
        self._servers: list[asyncio.Server] = []
        self._ticks: asyncio.Task[None] | None = None
        self._all_gone = asyncio.Event()

    def connect(self, transport: asyncio.BaseTransport) -> Link:
        """The state of a new connection, with the methods that its peer may call."""
        application = self.application
        methods = None if self._methods_for is None else self._methods_for(peer_of(transport))
        if methods is not None:
            application = GrpcApplication(methods, self.limits.message_bytes, self._flush, application.failed)
        return Connection(application, self.limits, told=self.hear)

    def hear(self, kind: str, reason: str) -> None:
        """Count and pass on a fault."""
        self.faults[kind] += 1
        self._told(kind, reason)

    def forget(self, connection: Link) -> None:
        """A connection is gone."""
        self.peers.pop(connection, None)
        if not self.peers:
            self._all_gone.set()

    def _flush(self, connection: Link) -> None:
        if (peer := self.peers.get(connection)) is not None:
            peer.flush()

    async def listen(self, bound: socket.socket, security: ssl.SSLContext | None = None) -> None:
        """Serve on a socket that is bound, TCP or Unix; it is closed with the server.

        Raises:
            OSError: if somebody else listens there.
        """
        loop = asyncio.get_running_loop()
        seconds = self.limits.greeting_seconds if security else None
        create = loop.create_unix_server if bound.family == socket.AF_UNIX else loop.create_server
        server = await create(
            lambda: _Line(self), sock=bound, ssl=security, ssl_handshake_timeout=seconds, backlog=_BACKLOG
        )
        self._servers.append(server)
        if self._ticks is None:
            self._ticks = loop.create_task(self._tick())

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            for peer in list(self.peers.values()):
                peer.tick(loop.time())

    async def drain(self, seconds: float) -> None:
        """Take no new connections or calls, wait so long for those under way, then hang up."""
        self.is_draining = True
        for server in self._servers:
            server.close()
        for peer in list(self.peers.values()):
            peer.connection.drain()
            peer.flush()
        await self._wait_until_gone(seconds)
        for peer in list(self.peers.values()):
            peer.abort()
        await self._wait_until_gone(_GONE_SECONDS)
        if self._ticks is not None:
            self._ticks.cancel()

    async def _wait_until_gone(self, seconds: float) -> None:
        self._all_gone.clear()
        if self.peers and seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), seconds)
