"""The built-in transport: serves by `authz.http2`, on the event loop of the server."""

import socket
from asyncio import BaseTransport
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from ssl import SSLContext

from authz.errors import ListenError
from authz.http2.calls import Method
from authz.http2.fair_queue import FairQueue
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Http2Limits
from authz.http2.listener import GrpcServer
from authz.pdp.limits import Limits
from authz.server.fault_log import FaultLog
from authz.server.listeners import Address, bind
from authz.server.methods import MethodTable
from authz.server.native.native_calls import rejected, runners_by_path, served
from authz.server.peer import peer_of
from authz.server.streams import OpenStreams
from authz.server.tls import Certificates, following
from authz.telemetry.events import get_logger

_MOST_STREAMS = 1_000  # unanswered calls of one connection: ending many more at once would delay others
_KEPT_BYTES = 16 * 1024  # for each connection that may be open, on average

log = get_logger("authz.server")


class NativeTransport:
    """Serves by `authz.http2`. Unless `is_port_shared`, no other process may listen on its ports."""

    def __init__(self, tables: Sequence[MethodTable], limits: Limits, *, is_port_shared: bool = False) -> None:
        self._is_port_shared = is_port_shared
        self._streams = OpenStreams()
        self._bound: list[tuple[socket.socket, Certificates | None]] = []
        self._local: dict[str, socket.socket] = {}  # Unix sockets by their paths
        queue = FairQueue()
        self._services = [(table.call_policy, runners_by_path(table, self._streams, queue)) for table in tables]
        self._methods = {path: served(each) for _, by_path in self._services for path, each in by_path.items()}
        self._server = GrpcServer(
            self._methods,
            http2_limits(limits),
            FaultLog(tables[0].call_policy.counters.peer_faults).record,
            lambda error: log.error("a call failed by a fault of the server", exc_info=error),
            self._methods_for,
            queue,
        )

    def _methods_for(self, transport: BaseTransport) -> Mapping[str, Method] | None:
        """The methods of a client that may not call all of them: the others reject every call."""
        refused: dict[str, Method] = {}
        for policy, by_path in self._services:
            error = policy.rejection(partial(peer_of, transport))
            if error is not None:
                refused |= {path: rejected(each, error) for path, each in by_path.items()}
        return self._methods | refused if refused else None

    def listen(self, address: Address, certificates: Certificates | None) -> str:
        """Bind an address; returns it with its port.

        Raises:
            ListenError: if it cannot be bound.
        """
        try:
            bound = bind(address, is_port_shared=self._is_port_shared)
        except (OSError, UnicodeError) as error:  # the latter for an invalid host name
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise ListenError(f"cannot listen on `{address.target}`: {reason}") from None
        self._bound += ((each, certificates) for each in bound)
        return address.target if address.path else address.with_port(bound[0].getsockname()[1])

    async def start(self) -> None:
        """Serve on all addresses bound since the last call."""
        while self._bound:
            bound, certificates = self._bound.pop()
            context = None if certificates is None else following(partial(_context, certificates))
            await self._server.listen(bound, context)
            if bound.family == socket.AF_UNIX:
                self._replace(bound)

    def _replace(self, bound: socket.socket) -> None:
        """Close the socket that was at this path before: clients cannot connect to it any more."""
        path = bound.getsockname()
        before, self._local[path] = self._local.get(path), bound
        if before is not None:
            self._server.forget_socket(before)

    async def drain(self, seconds: float) -> None:
        """Finish accepted calls."""
        self._streams.drain()
        await self._server.drain(seconds)

    async def close(self) -> None:
        """Close all connections."""
        await self._server.drain(0)
        for bound, _ in self._bound:
            bound.close()


def _context(certificates: Certificates) -> SSLContext:
    return certificates.current().context


def http2_limits(limits: Limits) -> Http2Limits:
    """What they mean for connections: a client may widen, and give up, all at once that it has under way.

    How long a drain may take is said when it begins.
    """
    buffered = max(DEFAULT_HTTP2_LIMITS.buffered_bytes, 2 * limits.message_bytes)
    return Http2Limits(
        connections=limits.connections,
        concurrent_streams=_MOST_STREAMS,
        message_bytes=limits.message_bytes,
        buffered_bytes=buffered,
        kept_bytes=min(4 * buffered, max(4 * limits.message_bytes, limits.connections * _KEPT_BYTES)),
        drain_seconds=inf,
        age_seconds=limits.connection_age or inf,
        age_grace_seconds=limits.connection_age_grace,
        resets=replace(DEFAULT_HTTP2_LIMITS.resets, burst=2 * _MOST_STREAMS),
        window_updates=replace(DEFAULT_HTTP2_LIMITS.window_updates, burst=4 * _MOST_STREAMS),
    )
