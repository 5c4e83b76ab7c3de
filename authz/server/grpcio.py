"""The grpcio transport: registers bytes-in, bytes-out answers as RPC methods and turns errors into statuses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, NoReturn, TypeAlias

import grpc
import structlog

from authz.errors import AuthzError, DrainingError, ForbiddenClientError
from authz.server.admission import Admission, Answer, Work
from authz.server.check import RevisionAheadError
from authz.server.gate import Gate
from authz.server.revisions import RevisionFeed
from authz.server.tally import MethodTally, Tally
from authz.wire.status import Status, status_of

Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"
Context = Any  # grpc.aio.ServicerContext is generic in messages that are bytes here
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"
_IDLE_SECONDS = 0.1  # a stream that is silent for so long while the server stops has no question under way

log = structlog.get_logger("authz.server")


class GrpcioMethods:
    """Makes RPC handlers out of answers. `patience` bounds, in seconds, how long a revision is waited for.

    `admission` bounds the calls that wait for something, `gate` says which clients may ask.
    """

    def __init__(
        self, feed: RevisionFeed, tally: Tally, patience: float, admission: Admission, gate: Gate | None = None
    ) -> None:
        self._feed = feed
        self._tally = tally
        self._patience = patience
        self._admission = admission
        self._gate = gate
        self._streams: set[_OpenStream] = set()

    def drain(self) -> None:
        """Let streams end as soon as they are idle."""
        self._end_idle_streams()

    def _end_idle_streams(self) -> None:
        for stream in self._streams:
            stream.end_if_idle()
        if self._streams:
            asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._end_idle_streams)

    def unary(self, name: str, answer: Answer) -> Handler:
        """One question, one answer."""
        tally = self._tally.method(name)
        gate = self._gate

        async def handle(data: bytes, context: Context) -> bytes:
            began = perf_counter()
            tally.started += 1
            try:
                if gate is not None:
                    gate.check(context)
                result = answer(data)
            except Exception as error:  # noqa: BLE001 - every fault ends in a status, never in an answer
                result = await self._second_try(_resolved(answer, data), error, context, tally)
            tally.answered += 1
            tally.took(perf_counter() - began)
            return result

        return grpc.unary_unary_rpc_method_handler(handle)

    def lengthy(self, name: str, work: Work) -> Handler:
        """One question, one answer that takes long: it is let in or turned away, and waits for its turn."""
        tally = self._tally.method(name)
        admission, gate = self._admission, self._gate

        async def answer(data: bytes) -> bytes:
            return await admission.work(work, data)

        async def handle(data: bytes, context: Context) -> bytes:
            began = perf_counter()
            tally.started += 1
            try:
                if gate is not None:
                    gate.check(context)
                with admission.call():
                    result = await answer(data)
            except Exception as error:  # noqa: BLE001 - as above
                result = await self._second_try(partial(answer, data), error, context, tally)
            tally.answered += 1
            tally.took(perf_counter() - began)
            return result

        return grpc.unary_unary_rpc_method_handler(handle)

    def stream(self, name: str, answer: Answer) -> Handler:
        """One answer for each question, in order."""
        tally = self._tally.method(name)
        gate = self._gate

        async def handle(_requests: AsyncIterator[bytes], context: Context) -> None:
            tally.started += 1
            stream = _OpenStream()
            self._streams.add(stream)
            try:
                if gate is not None:
                    gate.check(context)
                while (data := await stream.read(context)) is not grpc.aio.EOF:
                    began = perf_counter()
                    try:
                        result = answer(data)
                    except Exception as error:  # noqa: BLE001 - as above
                        result = await self._second_try(_resolved(answer, data), error, context, tally)
                    tally.took(perf_counter() - began)
                    await context.write(result)
                    tally.answered += 1
            except (DrainingError, ForbiddenClientError) as error:
                await _abort(context, status_of(error), tally)
            finally:
                self._streams.discard(stream)

        return grpc.stream_stream_rpc_method_handler(handle)

    def watch(self, name: str, messages: Callable[[], AsyncIterator[bytes]]) -> Handler:
        """One question, a stream of messages until the server stops."""
        tally = self._tally.method(name)
        gate = self._gate

        async def handle(_data: bytes, context: Context) -> AsyncIterator[bytes]:
            tally.started += 1
            try:
                if gate is not None:
                    gate.check(context)
                async for message in messages():
                    tally.answered += 1
                    yield message
            except AuthzError as error:
                await _abort(context, status_of(error), tally)

        return grpc.unary_stream_rpc_method_handler(handle)

    async def _second_try(
        self, again: Callable[[], Awaitable[bytes]], error: Exception, context: Context, tally: MethodTally
    ) -> bytes:
        """Wait for a revision that is asked for, and answer then; any other error ends the call."""
        if isinstance(error, RevisionAheadError):
            try:
                with self._admission.call():
                    await self._feed.reached(error.revision, self._seconds(context))
                    return await again()
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


def _resolved(answer: Answer, data: bytes) -> Callable[[], Awaitable[bytes]]:
    async def again() -> bytes:
        return answer(data)

    return again


_INTERNAL = grpc.StatusCode.INTERNAL.value[0]


class _OpenStream:
    """A stream that can be told to end while it waits for a question.

    Its task is woken by cancellation, so that a message costs no task of its own.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._is_waiting = False
        self._is_ended = False
        self._was_waiting = False

    async def read(self, context: Context) -> Any:
        """The next message or EOF.

        Raises:
            DrainingError: if the stream was told to end meanwhile.
        """
        self._is_waiting = True
        try:
            return await context.read()
        except asyncio.CancelledError:
            if self._is_ended and self._task is not None and self._task.uncancel() == 0:
                raise DrainingError("the server is stopping; open the stream again elsewhere") from None
            raise
        finally:
            self._is_waiting = self._was_waiting = False

    def end_if_idle(self) -> None:
        """End it if it has been waiting since this was called before."""
        if self._is_waiting and self._was_waiting and not self._is_ended and self._task is not None:
            self._is_ended = True
            self._task.cancel()
        self._was_waiting = self._is_waiting


async def _abort(context: Context, status: Status, tally: MethodTally) -> NoReturn:
    code = _CODES[status.code]
    tally.failed[code.name] += 1
    trailing = ((_DETAILS, status.details),) if status.details else ()
    await context.abort(code, status.message, trailing)
    raise AssertionError("abort always raises")


def handlers(service: str, methods: Mapping[str, Handler]) -> grpc.GenericRpcHandler:
    """A service of raw methods: without (de)serializers, malformed bytes are ours to answer."""
    return grpc.method_handlers_generic_handler(service, dict(methods))
