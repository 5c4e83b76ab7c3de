"""Serves the methods of a service as methods of `authz.http2`."""

from collections.abc import Callable, Mapping

from authz.errors import ForbiddenClientError
from authz.http2.calls import Call, GrpcConnection, Method, Streaming, Unary, refusal
from authz.http2.fair_queue import FairQueue
from authz.http2.grpc import GrpcError
from authz.http2.sending import Prepared
from authz.runtime.gc_tuning import YOUNG_COLLECTOR
from authz.server.call_runner import (
    Adapter,
    BidiRunner,
    Runner,
    ServerStreamRunner,
    UnaryRunner,
    required_revision,
    runners,
)
from authz.server.methods import MethodTable
from authz.server.streams import OpenStreams
from authz.wire.status import Status

_DETAILS = "grpc-status-details-bin"


def runners_by_path(table: MethodTable, streams: OpenStreams, queue: FairQueue) -> Mapping[str, Runner]:
    """What runs the methods of a service, by their paths."""
    adapter = Adapter(_error, streams, queue, bounds_streams=True)  # by the memory that they take
    return {f"/{table.service}/{name}": each for name, each in runners(table, adapter).items()}


def served(runner: Runner) -> Method:
    """The method that a runner runs."""
    match runner:
        case UnaryRunner():
            return _unary(runner)
        case BidiRunner():
            return _bidi(runner)
        case ServerStreamRunner():
            return _server_stream(runner)


def rejected(runner: Runner, error: ForbiddenClientError) -> Method:
    """What a client that may not call gets instead: it is rejected before it sends a request."""

    async def handle(_call: Call) -> None:
        runner.reject(error)

    return Streaming(handle)


def _unary(runner: UnaryRunner) -> Unary:
    async def rescue(data: bytes, reason: Exception, call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        await call.write(await runner.finish(data, required_revision(reason), call))

    return Unary(runner.inline, rescue, _shed(runner))


def _shed(runner: UnaryRunner) -> Callable[[GrpcConnection], Prepared | None] | None:
    if runner.overload is None:
        return None
    ending = refusal(_error(runner.overload))

    def shed(connection: GrpcConnection) -> Prepared | None:
        return ending if runner.is_shed(connection) else None

    return shed


def _bidi(runner: BidiRunner) -> Streaming:
    async def handle(call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        await runner.run(call)

    return Streaming(handle)


def _server_stream(runner: ServerStreamRunner) -> Streaming:
    async def handle(call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        await runner.run(await call.read_only(), call)

    return Streaming(handle, is_patient=False)


def _error(status: Status) -> GrpcError:
    return GrpcError(status.code, status.message, ((_DETAILS, status.details),) if status.details else ())
