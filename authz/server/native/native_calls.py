"""The methods of a service as the transport of our own wants them: `authz.http2` calls, and errors as statuses."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from time import perf_counter

from authz.errors import AuthzError, ForbiddenClientError, OverloadError
from authz.http2.calls import Call, Link, Streaming, Unary, refusal
from authz.http2.calls import Method as Http2Method
from authz.http2.grpc import Code, GrpcError
from authz.http2.sending import Prepared
from authz.http2.turns import Turns
from authz.pdp.counters import MethodTally
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import Answer
from authz.runtime.gc_tuning import YOUNG_COLLECTOR
from authz.server.call_policy import Conduct, ending, resolved
from authz.server.load_shedder import Allowance
from authz.server.methods import Conversation, Lengthy, Method, MethodTable, Single, Watch
from authz.server.streams import OpenStream, OpenStreams
from authz.wire.status import Status, status_of

_DETAILS = "grpc-status-details-bin"


class _TakesTimeError(Exception):
    """The answer has to wait for its turn."""


def handlers(table: MethodTable, streams: OpenStreams, turns: Turns) -> Mapping[str, Http2Method]:
    """The methods of a service by their paths."""
    conduct = table.conduct
    return {
        f"/{table.service}/{name}": _handler(method, conduct, conduct.tally.method(name), streams, turns)
        for name, method in table.methods.items()
    }


def refusals(table: MethodTable, error: ForbiddenClientError) -> Mapping[str, Http2Method]:
    """What a client gets instead that may not ask."""
    return {f"/{table.service}/{name}": _refusal(table.conduct.tally.method(name), error) for name in table.methods}


def _handler(method: Method, conduct: Conduct, tally: MethodTally, streams: OpenStreams, turns: Turns) -> Http2Method:
    if isinstance(method, Single):
        return _single(method, conduct, tally, turns)
    if isinstance(method, Lengthy):
        return _lengthy(method, conduct, tally, turns)
    if isinstance(method, Conversation):
        return _conversation(method, conduct, tally, streams)
    return _watch(method, tally)


def _single(method: Single, conduct: Conduct, tally: MethodTally, turns: Turns) -> Unary:
    answer = method.answer

    async def rescue(data: bytes, error: Exception, call: Call) -> None:
        began = perf_counter()
        result = await _second_try(resolved(answer, data), error, call, conduct, tally)
        tally.answered += 1
        tally.took(perf_counter() - began)
        await call.write(result)

    return Unary(_at_once(answer, tally), rescue, None if method.is_vital else _shedding(conduct, tally, turns))


def _at_once(answer: Answer, tally: MethodTally) -> Answer:
    def counted(data: bytes) -> bytes:
        began = perf_counter()
        tally.started += 1
        try:
            result = answer(data)
        except (RevisionAheadError, _TakesTimeError):
            raise  # to be rescued: whatever else is wrong costs no task
        except Exception as error:  # noqa: BLE001 - every fault ends in a status, never in an answer
            raise _error(ending(error, tally)) from None
        tally.answered += 1
        tally.took(perf_counter() - began)
        return result

    return counted


def _shedding(conduct: Conduct, tally: MethodTally, turns: Turns) -> Callable[[Link], Prepared | None]:
    """Of all that was read at once, as many are answered as calls are let in that wait; a refusal costs far less."""
    admission = conduct.admission
    status = status_of(OverloadError(f"more than {admission.limit} calls came at once; try again later"))
    may_begin, ending = Allowance(admission.limit, turns).take, refusal(_error(status))

    def shed(connection: Link) -> Prepared | None:
        if may_begin(connection):
            return None
        admission.rejected["in_flight"] += 1
        tally.started += 1
        tally.failed["RESOURCE_EXHAUSTED"] += 1
        return ending

    return shed


def _lengthy(method: Lengthy, conduct: Conduct, tally: MethodTally, turns: Turns) -> Unary:
    admission = conduct.admission

    def short(data: bytes) -> bytes:
        result = admission.now(method.work, data) if len(data) <= method.short_bytes else None
        if result is None:
            raise _TakesTimeError
        return result

    async def in_turn(data: bytes, _reason: Exception, call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        began = perf_counter()

        async def answer() -> bytes:
            with admission.call(call.connection):
                return await admission.work(method.work, data, call.connection)

        try:
            result = await answer()
        except Exception as error:  # noqa: BLE001 - as above
            result = await _second_try(answer, error, call, conduct, tally)
        tally.answered += 1
        tally.took(perf_counter() - began)
        await call.write(result)

    return Unary(_at_once(short, tally), in_turn, _shedding(conduct, tally, turns))


def _conversation(method: Conversation, conduct: Conduct, tally: MethodTally, streams: OpenStreams) -> Streaming:
    answer = method.answer

    async def handle(call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        tally.started += 1
        try:
            with streams.open() as stream:
                quick = call.quick = _counted(answer, stream, tally)
                while (data := await stream.next(call.read())) is not None:
                    began = perf_counter()
                    try:
                        result = quick(data)
                    except Exception as error:  # noqa: BLE001 - as above
                        result = await _second_try(resolved(answer, data), error, call, conduct, tally)
                        tally.answered += 1
                        tally.took(perf_counter() - began)
                    await call.write(result)
        except AuthzError as error:
            raise _error(ending(error, tally)) from None

    return Streaming(handle)


def _counted(answer: Answer, stream: OpenStream, tally: MethodTally) -> Answer:
    def counted(data: bytes) -> bytes:
        began = perf_counter()
        result = answer(data)
        stream.heard()
        tally.answered += 1
        tally.took(perf_counter() - began)
        return result

    return counted


def _watch(method: Watch, tally: MethodTally) -> Streaming:
    async def handle(call: Call) -> None:
        YOUNG_COLLECTOR.task_started()
        data = await _only(call)
        tally.started += 1
        try:
            async with aclosing(method.messages(data)) as messages:
                async for message in messages:
                    tally.answered += 1
                    await call.write(message)
        except AuthzError as error:
            raise _error(ending(error, tally)) from None

    return Streaming(handle, is_patient=False)


def _refusal(tally: MethodTally, error: ForbiddenClientError) -> Streaming:
    """It waits for no request: whatever that is, the answer is no."""

    async def handle(_call: Call) -> None:
        tally.started += 1
        raise _error(ending(error, tally))

    return Streaming(handle)


async def _second_try(
    again: Callable[[], Awaitable[bytes]], error: Exception, call: Call, conduct: Conduct, tally: MethodTally
) -> bytes:
    """The answer that is worth to wait for; any other error ends the call."""
    if not isinstance(error, RevisionAheadError):
        # Not raised again: with this frame in its traceback, it and the request would live until a collection.
        raise _error(ending(error, tally)) from None
    try:
        return await conduct.second_try(again, error, call.seconds_left(), call.connection)
    except Exception as last:  # noqa: BLE001 - as above
        raise _error(ending(last, tally)) from None


def _error(status: Status) -> GrpcError:
    return GrpcError(status.code, status.message, ((_DETAILS, status.details),) if status.details else ())


async def _only(call: Call) -> bytes:
    """The one message of a request that has no other."""
    message = await call.read()
    if message is None or await call.read() is not None:
        raise GrpcError(Code.INTERNAL, "a request is exactly one whole message")
    return message
