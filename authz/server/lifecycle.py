"""The life of the server in named steps: startup, ready, drain."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from authz.pdp.limits import DEFAULT_LIMITS, Limits
from authz.runtime.file_descriptors import make_room_for_files
from authz.server.health import HEALTH, Health
from authz.server.listeners import Address
from authz.server.methods import SERVICE, MethodTable
from authz.server.reflection import Reflection
from authz.server.revisions import RevisionFeed
from authz.server.tls import Certificates
from authz.server.transport import Transport, TransportKind, open_transport
from authz.server.unix_sockets import SocketFile, clear_path, socket_mode
from authz.telemetry.events import get_logger

_PROBING_CONNECTIONS = 256
_PROBE_BYTES = 4096  # of a message: the name of a service
_LOOK_SECONDS = 1.0  # between two checks of the files of Unix sockets

log = get_logger("authz.server")


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound addresses, with their ports: for all services, and for probes alone."""

    listen: list[str]
    health: list[str]


@dataclass(frozen=True, slots=True)
class Listening:
    """How a server listens: on `addresses` for all services, on `health` for probes alone, always without TLS.

    `certificates` are for TCP; a Unix socket is guarded by its permissions, `socket_mode`. With `is_port_shared`,
    several servers may listen on the same TCP ports, and the system spreads connections.
    """

    addresses: Sequence[Address]
    health: Sequence[Address] = ()
    certificates: Certificates | None = None
    socket_mode: int | None = None
    is_port_shared: bool = False
    transport: TransportKind = TransportKind.NATIVE


@dataclass(frozen=True, slots=True)
class _Local:
    """A Unix socket that a transport listens on."""

    transport: Transport
    address: Address
    file: SocketFile


class Server:
    """The server of a method table. Its health is NOT_SERVING until `ready` and from `drain` on."""

    def __init__(
        self, table: MethodTable, feed: RevisionFeed, listening: Listening, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._feed = feed
        self._listening = listening
        self._local: list[_Local] = []
        self._health = Health(("", SERVICE))
        call_policy = table.call_policy.for_everybody()
        health = self._health.table(call_policy)
        reflection = Reflection((SERVICE, HEALTH)).tables(call_policy)
        # The server for probes differs in its services, and has no TLS.
        self._main = self._open((table, health, *reflection), limits)
        probing = replace(limits, connections=_PROBING_CONNECTIONS, message_bytes=_PROBE_BYTES)
        self._probes = self._open((health,), probing)

    def _open(self, tables: Sequence[MethodTable], limits: Limits) -> Transport:
        how = self._listening
        return open_transport(how.transport, tables, limits, is_port_shared=how.is_port_shared)

    async def startup(self) -> Bound:
        """Listen on all addresses without serving yet; returns them with their ports.

        Raises:
            ListenError: naming the address that cannot be bound.
        """
        make_room_for_files()
        how = self._listening
        with socket_mode(how.socket_mode):
            bound = Bound(
                [self._listen(self._main, address, how.certificates) for address in how.addresses],
                [self._listen(self._probes, address, None) for address in how.health],
            )
        await self._main.start()
        if how.health:
            await self._probes.start()
        return bound

    def _listen(self, transport: Transport, address: Address, certificates: Certificates | None) -> str:
        if address.path is None:
            return transport.listen(address, certificates)
        clear_path(address.path)
        target = transport.listen(address, None)
        self._local.append(_Local(transport, address, SocketFile.at(address.path)))
        return target

    async def ready(self) -> None:
        """Serve, since policies are loaded."""
        self._health.report(is_serving=True)

    async def keep_sockets(self) -> None:
        """Recreate, without end, Unix sockets whose file was removed or replaced, since clients could not connect.

        Raises:
            ListenError: if one cannot be recreated, such as when another server listens there now.
        """
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for lost in [each for each in self._local if not each.file.is_in_place()]:
                self._local.remove(lost)
                with socket_mode(self._listening.socket_mode):
                    self._listen(lost.transport, lost.address, None)
                await lost.transport.start()
                log.warning("a socket file was removed or replaced; it was recreated", listen=lost.address.target)

    async def drain(self, notice_seconds: float, drain_seconds: float) -> None:
        """Stop without losing a call: report it, wait for load balancers to notice, finish accepted calls."""
        self._health.report(is_serving=False)
        log.info("no longer serving, still answering", seconds=notice_seconds)
        await asyncio.sleep(notice_seconds)
        self._feed.drain()
        self._health.end()
        await self._main.drain(drain_seconds)
        await self._probes.close()

    async def close(self) -> None:
        """Stop at once, if not stopped yet, and remove all sockets; to be called however the server ended."""
        await self._main.close()
        await self._probes.close()
        for each in self._local:
            each.file.remove()
