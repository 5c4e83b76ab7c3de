"""Listens on TCP and Unix sockets with asyncio, with TLS or without, and drives connections."""

import asyncio
import random
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast

from authz.http2.calls import Failed, GrpcApplication, Link, Method
from authz.http2.connection import Connection
from authz.http2.control import Clock, Told
from authz.http2.errors import ErrorCode, too_much
from authz.http2.frames import goaway
from authz.http2.lifetime import Lifetime, Stage, certificate_end, lifetime
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Http2Limits
from authz.http2.turns import Turns

_TICK_SECONDS = 1.0
_HEAVY = 4  # connections that keep as much as each may
_TICKED = 20  # connections and streams that are looked at in one pass of the loop
_BACKLOG = 4096  # connections that wait to be taken over: for more, the kernel's tries cost whoever answers
_GONE_SECONDS = 1.0  # for connections to notice that they were aborted
_HANDSHAKES = 256  # of TLS at once, of 70 KB each; whoever comes then waits in the kernel
_FAIR_SECONDS = 1.0  # for a handshake while others wait
_FULL_SECONDS = 0.1  # without file descriptors, until the next try
_SHORT = 512  # bytes of a read that is worked on at once: a few calls


class _Line(asyncio.Protocol):
    """One connection's transport: one write for each turn, and no reading while the peer takes nothing.

    A long read waits for its turns, and the next read for the end of that.
    """

    def __init__(self, server: "GrpcServer") -> None:
        self._server = server
        self.connection: Link
        self.transport: asyncio.Transport
        self.lifetime = Lifetime()
        self._stuck_since = 0.0
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are none by their class
        self.connection = self._server.connect(transport)
        security = transport.get_extra_info("ssl_object")
        if security is not None and security.selected_alpn_protocol() != "h2":
            self._server.hear("alpn", "the client does not speak HTTP/2")  # RFC 9113, 3.2
            self.transport.close()
        else:
            self._server.peers.add(self)
            self.lifetime = self._server.lifetime_of(transport)
            self.connection.flush = self.flush
            if self._server.is_draining:  # a handshake took its time
                self.connection.drain()
            self.flush()

    def data_received(self, data: bytes) -> None:
        if len(data) <= _SHORT and not self.connection.is_behind:
            self._receive(data, None)
            return
        self.connection.keep(data)
        if not self._waits:
            self._go_on()
        else:
            self.transport.pause_reading()

    def _work(self, end: float) -> bool:
        """A turn: some of what was read; whether more of it waits."""
        if self.connection.is_behind and not self._stuck_since:
            self._receive(b"", end)
            self._server.turns.charged += self.connection.begun
        self._waits = self.connection.is_behind and not self._stuck_since
        if not self.connection.is_behind:
            self._go_on()
        return self._waits

    def _go_on(self) -> None:
        """With what was read, or with reading, unless the peer takes nothing."""
        if self.transport.is_closing() or self._stuck_since:
            return
        if not self.connection.is_behind:
            self.transport.resume_reading()
        elif not self._waits:
            self._waits = True
            self._server.turns.wait(self._work)

    def _receive(self, data: bytes, until: float | None) -> None:
        try:
            self.connection.receive(data, until)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the connection, and no other
            self._server.application.failed(error)
            self.connection.close()
            self.transport.abort()
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if data := self.connection.output():
            self.transport.write(data)
        if self.connection.is_over:
            self.transport.close()

    def pause_writing(self) -> None:
        self._stuck_since = asyncio.get_running_loop().time()
        self.connection.pause()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self._stuck_since = 0.0
        if not self.transport.is_closing():
            self.connection.resume()
            self.flush()
            self._go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self._server.forget(self)
        self.connection.close()
        self.connection.output()  # nobody takes it any more, and nothing follows

    def tick(self, now: float) -> int:
        """About once a second; returns how much was looked at."""
        looked = 1 + self.connection.tick()
        if self._stuck_since and now - self._stuck_since > self._server.limits.stall_seconds:
            self._server.hear("slow_reader", "the peer takes nothing")
            self.transport.abort()
        self._age(self.lifetime.stage(now, self._server.wall()))
        self.flush()
        return looked

    def _age(self, stage: Stage) -> None:
        """Let clients come again, and show a certificate again (as gRPC's MAX_CONNECTION_AGE)."""
        if stage is Stage.OVER and self.connection.is_draining:
            self.transport.abort()
        elif stage is not Stage.SERVING:  # however short the grace, the peer is told first
            self.connection.drain()


class GrpcServer:
    """A gRPC server of some methods, by their paths. It belongs to one event loop.

    `methods_for` may give a peer others, as long as its connection lasts; None where it gets those of everybody.
    `told` hears of every fault of a peer, as its kind and the reason; `faults` counts them by kind. `wall` is the clock
    by which certificates end.
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        limits: Http2Limits = DEFAULT_HTTP2_LIMITS,
        told: Told = lambda _kind, _reason: None,
        failed: Failed = lambda _error: None,
        methods_for: Callable[[asyncio.BaseTransport], Mapping[str, Method] | None] = lambda _transport: None,
        turns: Turns | None = None,
        wall: Clock = time.time,
    ) -> None:
        self.limits = limits
        self.wall = wall
        self.application = GrpcApplication(methods, limits.message_bytes, failed)
        self.is_draining = False
        self._methods_for, self._told = methods_for, told
        self.peers: set[_Line] = set()
        self.turns = turns or Turns()
        self.faults: Counter[str] = Counter()
        self._listening: list[socket.socket] = []
        self._handshakes: dict[socket.socket, float] = {}  # since when, the oldest first
        self._greetings: set[asyncio.Task[None]] = set()
        self._paused: list[tuple[socket.socket, ssl.SSLContext | None]] = []
        self._ticks: asyncio.Task[None] | None = None
        self._all_gone = asyncio.Event()

    def connect(self, transport: asyncio.BaseTransport) -> Link:
        """The state of a new connection, with the methods that its peer may call."""
        own, served = self._methods_for(transport), self.application
        served = served if own is None else GrpcApplication(own, self.limits.message_bytes, served.failed)
        return Connection(served, self.limits, told=self.hear)

    def lifetime_of(self, transport: asyncio.BaseTransport) -> Lifetime:
        """How long a connection that is made now may live."""
        limits, began = self.limits, asyncio.get_running_loop().time()
        ends = certificate_end(transport)
        return lifetime(limits.age_seconds, limits.age_grace_seconds, began, ends, random.random())  # noqa: S311 - no secret

    def hear(self, kind: str, reason: str) -> None:
        """Count and pass on a fault."""
        self.faults[kind] += 1
        self._told(kind, reason)

    def forget(self, peer: _Line) -> None:
        """A connection is gone."""
        self.peers.discard(peer)
        if not self.peers:
            self._all_gone.set()

    async def listen(self, bound: socket.socket, security: ssl.SSLContext | None = None) -> None:
        """Serve on a socket that is bound, TCP or Unix; it is closed with the server.

        Raises:
            OSError: if somebody else listens there.
        """
        loop = asyncio.get_running_loop()
        bound.listen(_BACKLOG)
        bound.setblocking(False)
        self._listening.append(bound)
        loop.add_reader(bound, self._accept, bound, security)
        if self._ticks is None:
            self._ticks = loop.create_task(self._tick())

    def forget_socket(self, bound: socket.socket) -> None:
        """Listen on a socket no longer, and close it; the connections that came by it stay."""
        asyncio.get_running_loop().remove_reader(bound)
        self._listening.remove(bound)
        self._paused = [each for each in self._paused if each[0] is not bound]
        bound.close()

    def _accept(self, bound: socket.socket, security: ssl.SSLContext | None) -> None:
        """One connection in each pass of the loop, which asyncio's own servers would take all at once."""
        loop = asyncio.get_running_loop()
        try:
            accepted, _ = bound.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            self.hear("connections", f"a connection cannot be taken: {error.strerror}")
            self._pause(bound, security)
            loop.call_later(_FULL_SECONDS, self._resume)
            return
        accepted.setblocking(False)
        if len(self.peers) + len(self._handshakes) >= self.limits.connections:
            self.hear("connections", "too many connections")
            with accepted, suppress(OSError):
                if security is None:
                    accepted.send(goaway(0, ErrorCode.ENHANCE_YOUR_CALM, "too many connections"))
            return
        task = loop.create_task(self._greet(accepted, security))
        self._greetings.add(task)
        task.add_done_callback(self._greetings.discard)
        if security is not None:
            self._handshakes[accepted] = loop.time()
            if len(self._handshakes) > _HANDSHAKES:
                self._pause(bound, security)
                self._make_room()

    def _pause(self, bound: socket.socket, security: ssl.SSLContext | None) -> None:
        asyncio.get_running_loop().remove_reader(bound)
        self._paused.append((bound, security))

    def _resume(self) -> None:
        while self._paused and not self.is_draining and len(self._handshakes) <= _HANDSHAKES:
            bound, security = self._paused.pop()
            asyncio.get_running_loop().add_reader(bound, self._accept, bound, security)

    def _make_room(self) -> None:
        """While there are too many, the oldest goes as soon as it had its time."""
        loop = asyncio.get_running_loop()
        while len(self._handshakes) > _HANDSHAKES:
            oldest, since = next(iter(self._handshakes.items()))
            if loop.time() < since + _FAIR_SECONDS:
                loop.call_at(since + _FAIR_SECONDS, self._make_room)
                return
            self._let_go(oldest)
        self._resume()

    async def _greet(self, accepted: socket.socket, security: ssl.SSLContext | None) -> None:
        seconds = self.limits.greeting_seconds if security else None
        connect = asyncio.get_running_loop().connect_accepted_socket
        try:
            await connect(lambda: _Line(self), accepted, ssl=security, ssl_handshake_timeout=seconds)
        except OSError as error:  # whatever is wrong with TLS is one too, its timeout as well
            self.hear("handshake", f"no TLS: {str(error) or 'broken off'}")
        finally:
            self._handshakes.pop(accepted, None)
            self._resume()

    def _let_go(self, accepted: socket.socket) -> None:
        """End a handshake as if the client had: a loop that was told to end it would wait for a farewell of TLS."""
        del self._handshakes[accepted]
        with suppress(OSError):
            accepted.shutdown(socket.SHUT_RDWR)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            looked = kept = 0
            for peer in list(self.peers):
                looked += peer.tick(loop.time())
                kept += peer.connection.weight
                if looked > _TICKED:
                    looked = 0
                    await asyncio.sleep(0)
            if kept > _HEAVY * self.limits.buffered_bytes:
                self._lighten()

    def _lighten(self) -> None:
        """Together connections may make us keep as much as four of them; beyond that the heaviest ones go."""
        kept = 0
        for peer in sorted(self.peers, key=lambda peer: peer.connection.weight):
            kept += peer.connection.weight
            if kept > _HEAVY * self.limits.buffered_bytes:
                peer.connection.fail(too_much("buffered", "too much waits of all connections together"))
                peer.flush()

    async def drain(self, seconds: float) -> None:
        """Take no new connections or calls, wait so long for those under way, then hang up."""
        self.is_draining = True
        while self._listening:
            bound = self._listening.pop()
            asyncio.get_running_loop().remove_reader(bound)
            bound.close()
        for peer in list(self.peers):
            peer.connection.drain()
            peer.flush()
        await self._wait_until_gone(seconds)
        for accepted in list(self._handshakes):
            self._let_go(accepted)
        for peer in list(self.peers):
            peer.transport.abort()
        await self._wait_until_gone(_GONE_SECONDS)
        if self._ticks is not None:
            self._ticks.cancel()

    async def _wait_until_gone(self, seconds: float) -> None:
        self._all_gone.clear()
        if self.peers and seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), seconds)
