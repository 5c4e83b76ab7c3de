"""grpc.health.v1: whether the server serves, said once or whenever it changes."""

import asyncio
from collections.abc import AsyncGenerator

from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2

from authz.errors import DrainingError, InvalidRequestError, UnknownServiceError
from authz.server.call_policy import CallPolicy
from authz.server.methods import MethodTable, ServerStream, Unary

HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name


class Health:
    """Says the same of all `services`: NOT_SERVING at first.

    The servicer of grpcio-health-checking wants a call of grpcio, and forgets all who watch a service when one of them
    leaves.
    """

    def __init__(self, services: tuple[str, ...]) -> None:
        self._services = frozenset(services)
        self._is_serving = False
        self._has_ended = False
        self._changed = asyncio.Event()

    def table(self, call_policy: CallPolicy) -> MethodTable:
        """The service as transports want it."""
        return MethodTable(
            HEALTH, {"Check": Unary(self.check, is_vital=True), "Watch": ServerStream(self.watch)}, call_policy
        )

    def say(self, *, is_serving: bool) -> None:
        """From now on this is so."""
        self._is_serving = is_serving
        self._tell()

    def end(self) -> None:
        """Let nobody watch any longer."""
        self._has_ended = True
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def check(self, data: bytes) -> bytes:
        """Answer a HealthCheckRequest with a HealthCheckResponse.

        Raises:
            InvalidRequestError: if it is none.
            UnknownServiceError: if it asks for a service that is not here.
        """
        service = _service(data)
        if service not in self._services:
            raise UnknownServiceError(f"no service `{service}` is served here")
        return self._status(service)

    async def watch(self, data: bytes) -> AsyncGenerator[bytes, None]:
        """A HealthCheckResponse at once, and another one whenever it is not the same any more.

        Raises:
            InvalidRequestError: if it is no HealthCheckRequest.
            DrainingError: when the server stops.
        """
        service = _service(data)
        told = b""
        while True:
            changed = self._changed
            if told != (status := self._status(service)):
                told = status
                yield status
            if self._has_ended:
                raise DrainingError("the server is stopping; watch another one")
            await changed.wait()

    def _status(self, service: str) -> bytes:
        statuses = health_pb2.HealthCheckResponse
        status = statuses.SERVING if self._is_serving else statuses.NOT_SERVING
        known = status if service in self._services else statuses.SERVICE_UNKNOWN
        return bytes(statuses(status=known).SerializeToString())


def _service(data: bytes) -> str:
    try:
        return str(health_pb2.HealthCheckRequest.FromString(data).service)
    except DecodeError:
        raise InvalidRequestError("service", "the request is no HealthCheckRequest") from None
