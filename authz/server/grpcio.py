"""The grpcio transport: registers bytes-in, bytes-out answers as RPC methods and turns errors into statuses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NoReturn, TypeAlias

import grpc
import structlog

from authz.errors import AuthzError, DrainingError
from authz.server.check import RevisionAheadError
from authz.server.revisions import RevisionFeed
from authz.server.tally import MethodTally, Tally
from authz.wire.status import Status, status_of

Answer = Callable[[bytes], bytes]
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"
Context = Any  # grpc.aio.ServicerContext is generic in messages that are bytes here
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"
_IDLE_SECONDS = 0.1  # a stream that is silent for so long while the server stops has no question under way

log = structlog.get_logger("authz.server")


class GrpcioMethods:
    """Makes RPC handlers out of answers. `patience` bounds, in seconds, how long a revision is waited for."""

    def __init__(self, feed: RevisionFeed, tally: Tally, patience: float) -> None:
        self._feed = feed
        self._tally = tally
        self._patience = patience
        self._draining = asyncio.Event()

    def drain(self) -> None:
        """Let streams end as soon as they are idle."""
        self._draining.set()

    def unary(self, name: str, answer: Answer) -> Handler:
        """One question, one answer."""
        tally = self._tally.method(name)

        async def handle(data: bytes, context: Context) -> bytes:
            tally.started += 1
            try:
                result = answer(data)
            except Exception as error:  # noqa: BLE001 - every fault ends in a status, never in an answer
                result = await self._second_try(data, answer, error, context, tally)
            tally.answered += 1
            return result

        return grpc.unary_unary_rpc_method_handler(handle)

    def stream(self, name: str, answer: Answer) -> Handler:
        """One answer for each question, in order."""
        tally = self._tally.method(name)

        async def handle(_requests: AsyncIterator[bytes], context: Context) -> None:
            tally.started += 1
            watchdog = _Watchdog(self._draining)
            try:
                while (data := await watchdog.watched(context.read)) is not grpc.aio.EOF:
                    try:
                        result = answer(data)
                    except Exception as error:  # noqa: BLE001 - as above
                        result = await self._second_try(data, answer, error, context, tally)
                    await context.write(result)
                    tally.answered += 1
            except DrainingError as error:
                await _abort(context, status_of(error), tally)

        return grpc.stream_stream_rpc_method_handler(handle)

    def watch(self, name: str, messages: Callable[[], AsyncIterator[bytes]]) -> Handler:
        """One question, a stream of messages until the server stops."""
        tally = self._tally.method(name)

        async def handle(_data: bytes, context: Context) -> AsyncIterator[bytes]:
            tally.started += 1
            try:
                async for message in messages():
                    tally.answered += 1
                    yield message
            except AuthzError as error:
                await _abort(context, status_of(error), tally)

        return grpc.unary_stream_rpc_method_handler(handle)

    async def _second_try(
        self, data: bytes, answer: Answer, error: Exception, context: Context, tally: MethodTally
    ) -> bytes:
        """Wait for a revision that is asked for, and answer then; any other error ends the call."""
        if isinstance(error, RevisionAheadError):
            try:
                await self._feed.reached(error.revision, self._seconds(context))
                return answer(data)
            except Exception as second:  # noqa: BLE001 - told like the first one
                error = second
        if not isinstance(error, AuthzError):
            log.error("a call failed by a fault of the server", exc_info=error)
            await _abort(context, Status(_INTERNAL, "internal error"), tally)
        await _abort(context, status_of(error), tally)

    def _seconds(self, context: Context) -> float:
        """What is left of the caller's deadline, less what the answer needs to arrive before it."""
        left = context.time_remaining()
        if left is None:
            return self._patience
        return float(min(self._patience, max(left - max(0.02, left / 10), 0.0)))


_INTERNAL = grpc.StatusCode.INTERNAL.value[0]


class _Watchdog:
    """Reads messages, and gives up on a silent stream once the server is stopping."""

    def __init__(self, draining: asyncio.Event) -> None:
        self._draining = draining

    async def watched(self, read: Callable[[], Awaitable[Any]]) -> Any:
        reading = asyncio.ensure_future(read())
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait({reading, draining}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await asyncio.wait({reading}, timeout=_IDLE_SECONDS)
            if not reading.done():
                raise DrainingError("the server is stopping; open the stream again elsewhere")
            return reading.result()
        finally:
            draining.cancel()
            reading.cancel()


async def _abort(context: Context, status: Status, tally: MethodTally) -> NoReturn:
    code = _CODES[status.code]
    tally.failed[code.name] += 1
    trailing = ((_DETAILS, status.details),) if status.details else ()
    await context.abort(code, status.message, trailing)
    raise AssertionError("abort always raises")


def handlers(service: str, methods: Mapping[str, Handler]) -> grpc.GenericRpcHandler:
    """A service of raw methods: without (de)serializers, malformed bytes are ours to answer."""
    return grpc.method_handlers_generic_handler(service, dict(methods))
