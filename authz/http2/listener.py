"""Listens on TCP and Unix sockets with asyncio, with or without TLS, and serves connections."""

import asyncio
import ipaddress
import random
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from authz.http2.calls import Failed, GrpcApplication, GrpcConnection, Method
from authz.http2.connection import Connection
from authz.http2.control import Clock, OnPeerFault
from authz.http2.errors import ErrorCode
from authz.http2.fair_queue import FairQueue
from authz.http2.frames import goaway
from authz.http2.handshakes import Handshake, Handshakes
from authz.http2.lifetime import Lifetime, certificate_end, lifetime
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Http2Limits
from authz.http2.protocol import ConnectionProtocol
from authz.http2.tls import Secured
from authz.http2.upkeep import Upkeep

_BACKLOG = 4096  # connections that wait to be accepted; with more, retries of the kernel would cost the server
_GONE_SECONDS = 1.0  # for aborted connections to end
_FULL_SECONDS = 0.1  # without file descriptors, until the next try


class GrpcServer:
    """A gRPC server of some methods, by their paths. Belongs to one event loop.

    `methods_for` may give a connection other methods, or None for the common ones.
    `on_peer_fault` gets the kind and the reason of each fault of a peer; `faults` counts them. `wall` is the clock
    by which certificates end.
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        limits: Http2Limits = DEFAULT_HTTP2_LIMITS,
        on_peer_fault: OnPeerFault = lambda _kind, _reason: None,
        failed: Failed = lambda _error: None,
        methods_for: Callable[[asyncio.BaseTransport], Mapping[str, Method] | None] = lambda _transport: None,
        queue: FairQueue | None = None,
        wall: Clock = time.time,
    ) -> None:
        self.limits = limits
        self.wall = wall
        self.application = GrpcApplication(methods, limits.message_bytes, failed)
        self.is_draining = False
        self._methods_for, self._on_peer_fault = methods_for, on_peer_fault
        self.queue = queue or FairQueue()
        self.upkeep = Upkeep(limits)
        self.faults: Counter[str] = Counter()
        self._listening: list[socket.socket] = []
        self._handshakes = Handshakes(self._shake_hands)
        self._connecting: set[asyncio.Task[None]] = set()
        self._ticks: asyncio.Task[None] | None = None

    def connect(self, transport: asyncio.BaseTransport) -> GrpcConnection:
        """A new connection, with the methods that its peer may call."""
        own, served = self._methods_for(transport), self.application
        served = served if own is None else GrpcApplication(own, self.limits.message_bytes, served.failed)
        return Connection(served, self.limits, on_peer_fault=self.record_fault)

    def lifetime_of(self, transport: asyncio.BaseTransport) -> Lifetime:
        """The lifetime of a new connection."""
        limits, began = self.limits, asyncio.get_running_loop().time()
        ends = certificate_end(transport)
        return lifetime(limits.age_seconds, limits.age_grace_seconds, began, ends, random.random())  # noqa: S311 - no secret

    def record_fault(self, kind: str, reason: str) -> None:
        """Count and report a fault."""
        self.faults[kind] += 1
        self._on_peer_fault(kind, reason)

    def leave(self, address: str) -> None:
        """Release the place of a connection."""
        self.upkeep.leave(address)

    async def listen(self, bound: socket.socket, security: ssl.SSLContext | None = None) -> None:
        """Serve on a bound socket, TCP or Unix; it is closed with the server.

        Raises:
            OSError: if another socket listens there.
        """
        loop = asyncio.get_running_loop()
        bound.listen(_BACKLOG)
        bound.setblocking(False)
        self._listening.append(bound)
        loop.add_reader(bound, self._accept, bound, security)
        if self._ticks is None:
            self._ticks = loop.create_task(self.upkeep.run(self._tick))

    def forget_socket(self, bound: socket.socket) -> None:
        """Close a listening socket; its connections stay."""
        asyncio.get_running_loop().remove_reader(bound)
        self._listening.remove(bound)
        bound.close()

    def _accept(self, bound: socket.socket, security: ssl.SSLContext | None) -> None:
        """Accept one connection in each pass of the loop; asyncio's own servers would accept all at once."""
        try:
            accepted, where = bound.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            self.record_fault("connections", f"a connection cannot be accepted: {error.strerror}")
            self._pause(bound, security)
            return
        accepted.setblocking(False)
        address = origin(accepted.family, where)
        if not self.upkeep.enter(address):
            self.record_fault("connections", "too many connections")
            with accepted, suppress(OSError):
                if security is None:
                    accepted.send(goaway(0, ErrorCode.ENHANCE_YOUR_CALM, "too many connections"))
        elif security is None:
            self._serve(accepted, ConnectionProtocol(self, address), address)
        else:
            self._handshakes.add(accepted, address, security)

    def _pause(self, bound: socket.socket, security: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(bound)
        loop.call_later(_FULL_SECONDS, self._resume, bound, security)

    def _resume(self, bound: socket.socket, security: ssl.SSLContext | None) -> None:
        if bound in self._listening:
            asyncio.get_running_loop().add_reader(bound, self._accept, bound, security)

    def _shake_hands(self, handshake: Handshake) -> None:
        def handshake_done(reason: str | None) -> None:
            self._handshakes.ended(handshake)
            if reason is not None:
                self.record_fault("handshake", reason)
                self.leave(handshake.address)

        protocol = ConnectionProtocol(self, handshake.address)
        secured = Secured(handshake.security, protocol, handshake_done, partial(self.upkeep.buffer, protocol))
        self._serve(handshake.accepted, secured, handshake.address)

    def _serve(self, accepted: socket.socket, protocol: ConnectionProtocol | Secured, address: str) -> None:
        async def connect() -> None:
            try:
                await loop.connect_accepted_socket(lambda: protocol, accepted)
            except OSError as error:
                accepted.close()
                self.record_fault("connections", f"a connection cannot be served: {error.strerror}")
                self.leave(address)

        loop = asyncio.get_running_loop()
        task = loop.create_task(connect())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _give_up_handshakes(self, handshakes: Iterable[Handshake]) -> None:
        for each in handshakes:
            each.give_up()
            if not each.has_begun:
                self.record_fault("handshake", "TLS handshake failed: it took too long")
                self.leave(each.address)

    def _tick(self) -> None:
        self._give_up_handshakes(self._handshakes.overdue(self.limits.greeting_seconds))

    async def drain(self, seconds: float) -> None:
        """Accept no new connections or calls, wait for open calls, then close all connections."""
        self.is_draining = True
        while self._listening:
            bound = self._listening.pop()
            asyncio.get_running_loop().remove_reader(bound)
            bound.close()
        for peer in list(self.upkeep.peers):
            peer.connection.drain()
            peer.flush()
        await self._wait_until_gone(seconds)
        self._give_up_handshakes(self._handshakes.all())
        for peer in list(self.upkeep.peers):
            peer.abort()
        await self._wait_until_gone(_GONE_SECONDS)
        if self._ticks is not None:
            self._ticks.cancel()

    async def _wait_until_gone(self, seconds: float) -> None:
        gone = self.upkeep.are_gone
        gone.clear()
        if self.upkeep.peers and seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(gone.wait(), seconds)


def origin(family: int, where: object) -> str:
    """The origin of a peer, by which peers are counted: a host, a network of IPv6, or this machine."""
    if family == socket.AF_UNIX or not isinstance(where, tuple):
        return "unix"
    host = str(where[0])
    if family != socket.AF_INET6:
        return host
    address = ipaddress.IPv6Address(host.partition("%")[0])
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
