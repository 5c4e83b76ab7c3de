"""Runs the calls of a service, the same for every transport: who may call, what is counted, and how a call ends.

A transport supplies its calls (`Call`) and the few things in which transports differ (`Adapter`).
"""

from collections.abc import Awaitable, Callable, Hashable
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import NoReturn, Protocol, TypeAlias

from google.rpc import code_pb2

from authz.errors import AuthzError, ForbiddenClientError, OverloadError
from authz.http2.fair_queue import FairQueue
from authz.pdp.counters import MethodCounters
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import Answer
from authz.server.call_policy import CallPolicy
from authz.server.load_shedder import LoadShedder
from authz.server.methods import BidiStream, LongUnary, Messages, Method, MethodTable, ServerStream, Unary
from authz.server.peer import Peer
from authz.server.streams import OpenStream, OpenStreams
from authz.telemetry.events import get_logger
from authz.wire.status import Status, status_of

log = get_logger("authz.server")


class Call(Protocol):
    """A call that takes time, as a transport supplies it."""

    quick: Answer | None
    """Answers messages where they are read, if the transport can; a message for which it raises goes to `read`."""

    @property
    def connection(self) -> Hashable:
        """The same for all calls of one connection."""

    def seconds_left(self) -> float | None:
        """Seconds until the caller's deadline; None without a deadline."""

    async def read(self) -> bytes | None:
        """The next message; None after the last one."""

    async def write(self, message: bytes) -> None:
        """Send a message, and wait while the client does not read."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What a transport supplies beside its calls.

    `aborted` makes the exception that ends a call with a status. `queue` is where what was read waits, None for a
    transport that takes calls one by one. Unless the transport `bounds_streams`, the runner does.
    """

    aborted: Callable[[Status], Exception]
    streams: OpenStreams
    queue: FairQueue | None = None
    bounds_streams: bool = False


class DeferredError(Exception):
    """The answer must wait for its turn."""


class CallRunner:
    """Runs the calls of one method; each of the methods below raises the transport's own exception, with a status."""

    def __init__(self, name: str, policy: CallPolicy, adapter: Adapter) -> None:
        self._policy = policy
        self._adapter = adapter
        self._counters: MethodCounters = policy.counters.method(name)

    def admit(self, peer: Callable[[], Peer]) -> None:
        """End the call of a client that may not call; for transports that do not check a connection as a whole."""
        error = self._policy.rejection(peer)
        if error is not None:
            self.reject(error)

    def reject(self, error: ForbiddenClientError) -> NoReturn:
        """End the call of a client that may not call."""
        self._counters.started += 1
        raise self._aborted(error)

    def _aborted(self, error: Exception) -> Exception:
        """The exception that ends a call, counted. A fault of the server is logged, and the client learns no more."""
        if isinstance(error, AuthzError):
            status = status_of(error)
        else:
            log.error("a call failed by a fault of the server", exc_info=error)
            status = Status(code_pb2.INTERNAL, "internal error")
        self._counters.failed[code_pb2.Code.Name(status.code)] += 1
        return self._adapter.aborted(status)

    async def _finish(self, answer: Callable[[], Awaitable[bytes]], revision: int, call: Call) -> bytes:
        """Answer in a task: at once, or when a required `revision` is in force (0: any)."""
        began = perf_counter()
        try:
            result = await self._answer(answer, revision, call)
        except Exception as error:  # noqa: BLE001 - every fault ends in a status, never in an answer
            raise self._aborted(error) from None
        self._counters.answer_took(perf_counter() - began)
        return result

    async def _answer(self, answer: Callable[[], Awaitable[bytes]], revision: int, call: Call) -> bytes:
        if not revision:
            try:
                return await answer()
            except RevisionAheadError as ahead:
                revision = ahead.revision
        await self._policy.wait_for(revision, call.seconds_left(), call.connection)
        return await answer()

    def _stream_place(self, call: Call) -> AbstractContextManager[None]:
        return nullcontext() if self._adapter.bounds_streams else self._policy.limiter.stream_slot(call.connection)


class UnaryRunner(CallRunner):
    """One request, one answer.

    `inline` answers where the request was read. If it raises DeferredError or RevisionAheadError, `finish` answers;
    anything else that it raises ends the call.
    """

    def __init__(
        self, name: str, policy: CallPolicy, adapter: Adapter, answer: Answer, *, is_vital: bool = False
    ) -> None:
        super().__init__(name, policy, adapter)
        self._answer_now = answer
        self.inline = self._counted(answer)
        limit = policy.limiter.limit
        self._shedder = None if is_vital or adapter.queue is None else LoadShedder(limit, adapter.queue)
        error = OverloadError(f"more than {limit} calls came at once; try again later")
        self.overload = None if self._shedder is None else status_of(error)
        """The status of a call that is shed; None if calls are not."""

    def _counted(self, answer: Answer) -> Answer:
        counters, aborted = self._counters, self._aborted  # for a warm check, attributes would cost 2 % more

        def counted(data: bytes) -> bytes:
            began = perf_counter()
            counters.started += 1
            try:
                result = answer(data)
            except (RevisionAheadError, DeferredError):
                raise
            except Exception as error:  # noqa: BLE001 - as above
                raise aborted(error) from None
            counters.answer_took(perf_counter() - began)
            return result

        return counted

    def is_shed(self, connection: Hashable) -> bool:
        """Whether to end a call with `overload`, since too many were read at once; if so, it is counted."""
        if self._shedder is None or self._shedder.accepts(connection):
            return False
        self._policy.limiter.rejected["in_flight"] += 1
        self._counters.started += 1
        self._counters.failed["RESOURCE_EXHAUSTED"] += 1
        return True

    async def run(self, data: bytes, call: Call) -> bytes:
        """Answer a request."""
        try:
            return self.inline(data)
        except (RevisionAheadError, DeferredError) as error:
            revision = required_revision(error)  # without the error, whose traceback would keep the request
        return await self.finish(data, revision, call)

    async def finish(self, data: bytes, revision: int, call: Call) -> bytes:
        """Answer a request that `inline` did not, when a required `revision` is in force (0: any)."""
        return await self._finish(partial(self._later, data, call.connection), revision, call)

    async def _later(self, data: bytes, _connection: Hashable) -> bytes:
        return self._answer_now(data)


class LongUnaryRunner(UnaryRunner):
    """One request, one answer that takes long: inline if it is short and no other call waits, else in its turn."""

    def __init__(self, name: str, policy: CallPolicy, adapter: Adapter, method: LongUnary) -> None:
        super().__init__(name, policy, adapter, self._short)
        self._method = method

    def _short(self, data: bytes) -> bytes:
        work, limiter = self._method.work, self._policy.limiter
        result = limiter.run_inline(work, data) if len(data) <= self._method.short_bytes else None
        if result is None:
            raise DeferredError
        return result

    async def _later(self, data: bytes, connection: Hashable) -> bytes:
        limiter = self._policy.limiter
        with limiter.slot(connection):
            return await limiter.run_sliced(self._method.work, data, connection)


class BidiRunner(CallRunner):
    """A stream of requests, one answer for each, in order."""

    def __init__(self, name: str, policy: CallPolicy, adapter: Adapter, answer: Answer) -> None:
        super().__init__(name, policy, adapter)
        self._answer_now = answer

    async def run(self, call: Call) -> None:
        """Answer messages until the client has no more."""
        self._counters.started += 1
        try:
            with self._stream_place(call), self._adapter.streams.open() as stream:
                call.quick = answer = self._counted(stream)
                while (data := await stream.next(call.read())) is not None:
                    await call.write(await self._answered(answer, data, call))
        except AuthzError as error:
            raise self._aborted(error) from None

    async def _answered(self, answer: Answer, data: bytes, call: Call) -> bytes:
        try:
            return answer(data)
        except RevisionAheadError as error:
            revision = error.revision
        except Exception as error:  # noqa: BLE001 - as above
            raise self._aborted(error) from None
        return await self._finish(partial(self._later, data), revision, call)

    async def _later(self, data: bytes) -> bytes:
        return self._answer_now(data)

    def _counted(self, stream: OpenStream) -> Answer:
        answer, counters = self._answer_now, self._counters

        def counted(data: bytes) -> bytes:
            began = perf_counter()
            result = answer(data)
            stream.message_came()
            counters.answer_took(perf_counter() - began)
            return result

        return counted


class ServerStreamRunner(CallRunner):
    """One request, a stream of answers."""

    def __init__(self, name: str, policy: CallPolicy, adapter: Adapter, messages: Messages) -> None:
        super().__init__(name, policy, adapter)
        self._messages = messages

    async def run(self, data: bytes, call: Call) -> None:
        """Send messages until the server stops."""
        self._counters.started += 1
        try:
            with self._stream_place(call):
                async with aclosing(self._messages(data)) as messages:
                    async for message in messages:
                        self._counters.answered += 1
                        await call.write(message)
        except AuthzError as error:
            raise self._aborted(error) from None


Runner: TypeAlias = UnaryRunner | BidiRunner | ServerStreamRunner


def required_revision(error: Exception) -> int:
    """The revision that a request waits for; 0 if it only waits for its turn."""
    return error.revision if isinstance(error, RevisionAheadError) else 0


def runners(table: MethodTable, adapter: Adapter) -> dict[str, Runner]:
    """What runs the methods of a service, by their names."""
    return {name: _runner(name, method, table.call_policy, adapter) for name, method in table.methods.items()}


def _runner(name: str, method: Method, policy: CallPolicy, adapter: Adapter) -> Runner:
    match method:
        case Unary(answer, is_vital):
            return UnaryRunner(name, policy, adapter, answer, is_vital=is_vital)
        case LongUnary():
            return LongUnaryRunner(name, policy, adapter, method)
        case BidiStream(answer):
            return BidiRunner(name, policy, adapter, answer)
        case ServerStream(messages):
            return ServerStreamRunner(name, policy, adapter, messages)
