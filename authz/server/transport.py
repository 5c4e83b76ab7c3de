"""The transports of a server, and what it needs of them."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from authz.pdp.limits import Limits
from authz.server.listeners import Address
from authz.server.methods import MethodTable
from authz.server.tls import Certificates


class Transport(Protocol):
    """Serves method tables on some addresses. Belongs to one event loop."""

    def listen(self, address: Address, certificates: Certificates | None) -> str:
        """Bind an address, with TLS or without; returns it with its port.

        Raises:
            ListenError: if it cannot be bound.
        """

    async def start(self) -> None:
        """Serve on all addresses bound since the last call; an address that was bound again replaces the old socket."""

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, give accepted calls `seconds` to finish, then close all connections."""

    async def close(self) -> None:
        """Close all connections and sockets at once, if they are still open."""


class TransportKind(Enum):
    """Which server speaks gRPC: the built-in HTTP/2 server, or grpcio."""

    NATIVE = "native"
    GRPCIO = "grpcio"


def open_transport(
    kind: TransportKind, tables: Sequence[MethodTable], limits: Limits, *, is_port_shared: bool = False
) -> Transport:
    """A transport of this kind that serves these tables. Only the dependencies of this kind are imported."""
    if kind is TransportKind.GRPCIO:
        from authz.server.grpcio.grpcio_transport import GrpcioTransport  # noqa: PLC0415 - see above

        return GrpcioTransport(tables, limits, is_port_shared=is_port_shared)
    from authz.server.native.native_transport import NativeTransport  # noqa: PLC0415 - as above

    return NativeTransport(tables, limits, is_port_shared=is_port_shared)
