"""The transport by grpcio: the server of grpc.aio, and its options."""

import asyncio
from collections.abc import Sequence

import grpc

from authz.errors import ListenError
from authz.pdp.limits import Limits
from authz.server.grpcio.grpcio_calls import handlers
from authz.server.grpcio.grpcio_tls import server_credentials
from authz.server.listeners import Address
from authz.server.methods import MethodTable
from authz.server.streams import OpenStreams
from authz.server.tls import Certificates

_MOST_STREAMS = 10_000  # unanswered calls of one connection; grpcio passes them on one by one
_OPTIONS = (
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5000),
)


class GrpcioTransport:
    """Serves by grpc.aio. Unless `is_port_shared`, no other process may listen on its ports."""

    def __init__(self, tables: Sequence[MethodTable], limits: Limits, *, is_port_shared: bool = False) -> None:
        # Unless they are workers of one sidecar, a second server on a port must fail to start, not take half the calls.
        shared = ("grpc.so_reuseport", int(is_port_shared))
        self._options = (*_OPTIONS, *_bounds(limits), *_ages(limits), shared)
        self._streams = OpenStreams()
        self._handlers = tuple(handlers(table, self._streams) for table in tables)
        self._started: list[grpc.aio.Server] = []
        self._next: grpc.aio.Server | None = None  # grpcio does not serve ports added after the start

    def _new_server(self) -> grpc.aio.Server:
        server = grpc.aio.server(options=self._options)
        server.add_generic_rpc_handlers(self._handlers)
        return server

    def listen(self, address: Address, certificates: Certificates | None) -> str:
        """Bind an address; returns it with its port.

        Raises:
            ListenError: if it cannot be bound.
        """
        server = self._next = self._next or self._new_server()
        try:
            if certificates is None:
                port = server.add_insecure_port(address.target)
            else:
                port = server.add_secure_port(address.target, server_credentials(certificates))
        except RuntimeError:
            port = 0
        if port == 0:
            raise ListenError(f"cannot listen on `{address.target}`: in use, or not an address of this machine")
        return address.with_port(port)

    async def start(self) -> None:
        """Serve on all addresses bound since the last call."""
        if self._next is not None:
            await self._next.start()
            self._started.append(self._next)
            self._next = None

    async def drain(self, seconds: float) -> None:
        """Finish accepted calls."""
        self._streams.drain()
        await asyncio.gather(*(each.stop(seconds) for each in self._all()))

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(each.stop(0) for each in self._all()))

    def _all(self) -> list[grpc.aio.Server]:
        return self._started if self._next is None else [*self._started, self._next]


def _ages(limits: Limits) -> tuple[tuple[str, int], ...]:
    """Options of the age of connections, which grpcio varies by a tenth; it ignores expired client certificates."""
    if not limits.connection_age:
        return ()
    return (
        ("grpc.max_connection_age_ms", max(1, round(limits.connection_age * 1000))),
        ("grpc.max_connection_age_grace_ms", round(limits.connection_age_grace * 1000)),
    )


def _bounds(limits: Limits) -> tuple[tuple[str, int], ...]:
    """Bounds that grpcio applies before Python sees a call; a connection beyond them is closed as soon as accepted."""
    return (
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_concurrent_streams", _MOST_STREAMS),
        ("grpc.max_allowed_incoming_connections", limits.connections),
    )
