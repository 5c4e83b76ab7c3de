"""What a server wants of the transport that it listens with, and which transports there are."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from authz.pdp.limits import Limits
from authz.server.listeners import Address
from authz.server.methods import MethodTable
from authz.server.tls import Certificates


class Transport(Protocol):
    """Serves method tables on some addresses. It belongs to one event loop."""

    def listen(self, address: Address, certificates: Certificates | None) -> str:
        """Take an address, with TLS or without; returns it with the port that was bound.

        Raises:
            ListenError: if it cannot be had.
        """

    async def start(self) -> None:
        """Serve on all addresses that were taken since the last time; one that was taken again, in its new place."""

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, finish within so many seconds what was accepted, then hang up."""

    async def close(self) -> None:
        """Hang up at once, if that is not done yet, and give all addresses up."""


class TransportKind(Enum):
    """Which server speaks gRPC: the built-in HTTP/2 server, or grpcio."""

    NATIVE = "native"
    GRPCIO = "grpcio"


def open_transport(
    kind: TransportKind, tables: Sequence[MethodTable], limits: Limits, *, is_port_shared: bool = False
) -> Transport:
    """A transport of some kind that serves these tables; it brings what it needs, and not what the other needs."""
    if kind is TransportKind.GRPCIO:
        from authz.server.grpcio.grpcio_transport import GrpcioTransport  # noqa: PLC0415 - see above

        return GrpcioTransport(tables, limits, is_port_shared=is_port_shared)
    from authz.server.native.native_transport import NativeTransport  # noqa: PLC0415 - as above

    return NativeTransport(tables, limits, is_port_shared=is_port_shared)
