"""grpc.health.v1: whether the server serves, on request or whenever it changes."""

import asyncio
from collections.abc import AsyncGenerator

from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2

from authz.errors import DrainingError, InvalidRequestError, UnknownServiceError
from authz.server.call_policy import CallPolicy
from authz.server.methods import MethodTable, ServerStream, Unary

HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name


class Health:
    """Reports one status for all `services`: NOT_SERVING at first.

    The servicer of grpcio-health-checking is not used: it needs calls of grpcio, and forgets all watchers of a service
    when one of them leaves.
    """

    def __init__(self, services: tuple[str, ...]) -> None:
        self._services = frozenset(services)
        self._is_serving = False
        self._has_ended = False
        self._changed = asyncio.Event()

    def table(self, call_policy: CallPolicy) -> MethodTable:
        """The methods of the service."""
        return MethodTable(
            HEALTH, {"Check": Unary(self.check, is_vital=True), "Watch": ServerStream(self.watch)}, call_policy
        )

    def report(self, *, is_serving: bool) -> None:
        """Report this status from now on."""
        self._is_serving = is_serving
        self._notify()

    def end(self) -> None:
        """End all watches."""
        self._has_ended = True
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def check(self, data: bytes) -> bytes:
        """Answer a HealthCheckRequest with a HealthCheckResponse.

        Raises:
            InvalidRequestError: if it cannot be decoded.
            UnknownServiceError: if the service is not served here.
        """
        service = _service(data)
        if service not in self._services:
            raise UnknownServiceError(f"service `{service}` is not served here")
        return self._status(service)

    async def watch(self, data: bytes) -> AsyncGenerator[bytes, None]:
        """A HealthCheckResponse at once, and another one whenever the status changes.

        Raises:
            InvalidRequestError: if the request cannot be decoded.
            DrainingError: when the server stops.
        """
        service = _service(data)
        sent = b""
        while True:
            changed = self._changed
            if sent != (status := self._status(service)):
                sent = status
                yield status
            if self._has_ended:
                raise DrainingError("the server is stopping; watch another server")
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
        raise InvalidRequestError("service", "request is not a valid grpc.health.v1.HealthCheckRequest") from None
