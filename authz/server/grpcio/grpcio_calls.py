"""Serves the methods of a service as handlers of grpcio: bytes in, bytes out."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias, TypeVar

import grpc

from authz.pdp.scheduling import Answer
from authz.server.call_runner import Adapter, BidiRunner, Runner, ServerStreamRunner, UnaryRunner, runners
from authz.server.methods import MethodTable
from authz.server.peer import Peer
from authz.server.streams import OpenStreams
from authz.wire.status import Status

Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"
Context = Any  # grpc.aio.ServicerContext is generic in messages that are bytes here
Result = TypeVar("Result")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"
_NAMES = ("x509_subject_alternative_name", "x509_common_name")
_LOCAL = "unix:"


class AbortedError(Exception):
    """A call ends with a status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


class GrpcioCall:
    """A call of grpcio, as the runner wants it."""

    quick: Answer | None = None  # grpcio wakes the task for each message

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def connection(self) -> str:
        """The address of the client, which is that of one connection."""
        return str(self._context.peer())

    def seconds_left(self) -> float | None:
        """Seconds until the caller's deadline; None without a deadline."""
        left: float | None = self._context.time_remaining()
        return left

    async def write(self, message: bytes) -> None:
        """Send a message, and wait while the client does not read."""
        await self._context.write(message)

    async def read(self) -> bytes | None:
        """The next message; None after the last one."""
        message = await self._context.read()
        return None if message is grpc.aio.EOF else message


def handlers(table: MethodTable, streams: OpenStreams) -> grpc.GenericRpcHandler:
    """A service of raw methods: without (de)serializers, the runner answers malformed bytes."""
    made = {name: _handler(each) for name, each in runners(table, Adapter(AbortedError, streams)).items()}
    return grpc.method_handlers_generic_handler(table.service, made)


def _handler(runner: Runner) -> Handler:
    match runner:
        case UnaryRunner():
            return _unary(runner)
        case BidiRunner():
            return _bidi(runner)
        case ServerStreamRunner():
            return _server_stream(runner)


def _unary(runner: UnaryRunner) -> Handler:
    async def handle(data: bytes, context: Context) -> bytes:
        return await _run(runner, context, partial(runner.run, data))

    return grpc.unary_unary_rpc_method_handler(handle)


def _bidi(runner: BidiRunner) -> Handler:
    async def handle(_requests: object, context: Context) -> None:
        await _run(runner, context, runner.run)

    return grpc.stream_stream_rpc_method_handler(handle)


def _server_stream(runner: ServerStreamRunner) -> Handler:
    async def handle(data: bytes, context: Context) -> None:
        await _run(runner, context, partial(runner.run, data))

    return grpc.unary_stream_rpc_method_handler(handle)


async def _run(runner: Runner, context: Context, run: Callable[[GrpcioCall], Awaitable[Result]]) -> Result:
    try:
        runner.admit(partial(peer_of, context))
        return await run(GrpcioCall(context))
    except AbortedError as error:
        status = error.status
    await context.abort(_CODES[status.code], status.message, ((_DETAILS, status.details),) if status.details else ())
    raise AssertionError("abort always raises")


def peer_of(context: Context) -> Peer:
    """The client of a call."""
    if context.peer().startswith(_LOCAL):
        return Peer(is_local=True)
    shown = context.auth_context()
    return Peer(names=frozenset(name.decode("utf-8", "replace") for key in _NAMES for name in shown.get(key, ())))
