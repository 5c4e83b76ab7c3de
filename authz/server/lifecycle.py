"""The life of the server in named steps: startup, ready, drain."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_reflection.v1alpha import reflection_pb2 as reflection_messages
from grpc_reflection.v1alpha._async import ReflectionServicer

from authz.errors import ListenError
from authz.server.admission import at_once
from authz.server.batch import BatchChecker
from authz.server.check import Checker
from authz.server.explain import Explainer
from authz.server.grpcio import GrpcioMethods, handlers
from authz.server.limits import DEFAULT_LIMITS, Limits
from authz.server.listeners import Address, clear_stale_socket, remove_socket, socket_mode
from authz.server.revisions import RevisionFeed
from authz.server.tls import Certificates
from authz.v1 import authz_pb2

SERVICE = authz_pb2.DESCRIPTOR.services_by_name["AuthorizationService"].full_name
_HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
_REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"
_MOST_STREAMS = 10_000  # unanswered calls of one connection; it takes them over one by one
_OPTIONS = (
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5000),
)

log = structlog.get_logger("authz.server")


@dataclass(frozen=True, slots=True)
class Bound:
    """The addresses that a server listens on, with their ports: for everything, and for probes alone."""

    listen: list[str]
    health: list[str]


@dataclass(frozen=True, slots=True)
class Listening:
    """How a server listens: `addresses` for everything, `health` for probes alone, always without TLS.

    `certificates` are for TCP; a Unix socket is guarded by its permissions, `socket_mode`. `is_port_shared` lets other
    servers that say the same listen on the TCP ports; the system spreads connections.
    """

    addresses: Sequence[Address]
    health: Sequence[Address] = ()
    certificates: Certificates | None = None
    socket_mode: int | None = None
    is_port_shared: bool = False


class Server:
    """The gRPC server around the answering objects. Health says NOT_SERVING until `ready` and from `drain` on."""

    def __init__(
        self,
        checker: Checker,
        batches: BatchChecker,
        explainer: Explainer,
        feed: RevisionFeed,
        methods: GrpcioMethods,
        listening: Listening,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._feed = feed
        self._methods = methods
        self._listening = listening
        self._bound: list[Address] = []
        self._health = health.aio.HealthServicer()
        # Unless they are workers of one sidecar, a second server on a port must fail to start, not take half the calls.
        shared = ("grpc.so_reuseport", int(listening.is_port_shared))
        self._server = grpc.aio.server(options=(*_OPTIONS, *_bounds(limits), shared))
        self._probed = grpc.aio.server(options=(*_OPTIONS, shared))
        self._server.add_generic_rpc_handlers(
            (
                handlers(
                    SERVICE,
                    {
                        "Check": methods.unary("Check", checker.check),
                        "BatchCheck": methods.lengthy("BatchCheck", batches.check),
                        "StreamCheck": methods.stream("StreamCheck", checker.check),
                        "Explain": methods.lengthy("Explain", at_once(explainer.explain)),
                        "AllowedResources": methods.lengthy("AllowedResources", at_once(explainer.allowed_resources)),
                        "WatchRevision": methods.watch("WatchRevision", feed.watch),
                    },
                ),
            )
        )
        for server in (self._server, self._probed):
            health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        _add_reflection(self._server)

    async def startup(self) -> Bound:
        """Listen on all addresses, not serving yet; returns them with the ports that were bound.

        Raises:
            ListenError: naming the address that cannot be had.
        """
        await self._say(health_pb2.HealthCheckResponse.NOT_SERVING)
        with socket_mode(self._listening.socket_mode):
            certificates = self._listening.certificates
            bound = Bound(
                [self._listen(self._server, address, certificates) for address in self._listening.addresses],
                [self._listen(self._probed, address, None) for address in self._listening.health],
            )
        await self._server.start()
        if self._listening.health:
            await self._probed.start()
        return bound

    def _listen(self, server: grpc.aio.Server, address: Address, certificates: Certificates | None) -> str:
        clear_stale_socket(address)
        try:
            if certificates is None or address.path is not None:
                port = server.add_insecure_port(address.target)
            else:
                port = server.add_secure_port(address.target, certificates.credentials())
        except RuntimeError:
            port = 0
        if port == 0:
            raise ListenError(f"cannot listen on `{address.target}`: in use, or not an address of this machine")
        self._bound.append(address)
        return address.target if address.path else f"{address.target.rpartition(':')[0]}:{port}"

    async def ready(self) -> None:
        """Something was loaded: serve."""
        await self._say(health_pb2.HealthCheckResponse.SERVING)

    async def drain(self, notice_seconds: float, drain_seconds: float) -> None:
        """Stop without losing a call: say so, wait for balancers to notice, finish what was accepted."""
        await self._health.enter_graceful_shutdown()
        log.info("not serving any more, still answering", seconds=notice_seconds)
        await asyncio.sleep(notice_seconds)
        self._methods.drain()
        self._feed.drain()
        await self._server.stop(drain_seconds)
        await self._probed.stop(0)

    async def close(self) -> None:
        """Stop at once, if not stopped yet, and leave no socket behind; to be called however the server ended."""
        await self._server.stop(0)
        await self._probed.stop(0)
        for address in self._bound:
            remove_socket(address)

    async def _say(self, status: Any) -> None:
        for service in ("", SERVICE):
            await self._health.set(service, status)


def _bounds(limits: Limits) -> tuple[tuple[str, int], ...]:
    """GRPC's own bounds, before Python sees a call.

    A connection may have as many calls under way as the server admits. What waits to be taken over by Python is bounded
    from grpcio 1.83 on; older ones do not know these two options.
    """
    return (
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_concurrent_streams", _MOST_STREAMS),
    )


def _add_reflection(server: grpc.aio.Server) -> None:
    """Serve v1alpha, and v1 by the same servicer: their messages are the same on the wire."""
    names = (SERVICE, _HEALTH, reflection.SERVICE_NAME, _REFLECTION_V1)
    reflection.enable_server_reflection(names, server)
    info = grpc.stream_stream_rpc_method_handler(
        ReflectionServicer(names).ServerReflectionInfo,
        request_deserializer=reflection_messages.ServerReflectionRequest.FromString,
        response_serializer=reflection_messages.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(_REFLECTION_V1, {"ServerReflectionInfo": info}),)
    )
