"""The methods of a service as grpcio wants them: bytes in, bytes out, and errors as statuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from time import perf_counter
from typing import Any, NoReturn, TypeAlias

import grpc

from authz.errors import AuthzError
from authz.pdp.counters import MethodTally
from authz.pdp.required_revision import RevisionAheadError
from authz.server.call_policy import Conduct, ending, resolved
from authz.server.methods import Conversation, Lengthy, Method, MethodTable, Single, Watch
from authz.server.peer import Peer
from authz.server.streams import OpenStreams
from authz.wire.status import Status

Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"
Context = Any  # grpc.aio.ServicerContext is generic in messages that are bytes here
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_DETAILS = "grpc-status-details-bin"
_NAMES = ("x509_subject_alternative_name", "x509_common_name")
_LOCAL = "unix:"


def handlers(table: MethodTable, streams: OpenStreams) -> grpc.GenericRpcHandler:
    """A service of raw methods: without (de)serializers, malformed bytes are ours to answer."""
    made = {
        name: _handler(method, table.conduct, table.conduct.tally.method(name), streams)
        for name, method in table.methods.items()
    }
    return grpc.method_handlers_generic_handler(table.service, made)


def _handler(method: Method, conduct: Conduct, tally: MethodTally, streams: OpenStreams) -> Handler:
    if isinstance(method, Single):
        return _single(method, conduct, tally)
    if isinstance(method, Lengthy):
        return _lengthy(method, conduct, tally)
    if isinstance(method, Conversation):
        return _conversation(method, conduct, tally, streams)
    return _watch(method, conduct, tally)


def _single(method: Single, conduct: Conduct, tally: MethodTally) -> Handler:
    answer, gate = method.answer, conduct.gate

    async def handle(data: bytes, context: Context) -> bytes:
        began = perf_counter()
        tally.started += 1
        try:
            if gate is not None:
                gate.check(peer_of(context))
            result = answer(data)
        except Exception as error:  # noqa: BLE001 - every fault ends in a status, never in an answer
            result = await _second_try(resolved(answer, data), error, context, conduct, tally)
        tally.answered += 1
        tally.took(perf_counter() - began)
        return result

    return grpc.unary_unary_rpc_method_handler(handle)


def _lengthy(method: Lengthy, conduct: Conduct, tally: MethodTally) -> Handler:
    admission, gate = conduct.admission, conduct.gate

    async def handle(data: bytes, context: Context) -> bytes:
        began = perf_counter()
        tally.started += 1
        key = context.peer()

        async def answer() -> bytes:
            with admission.call(key):
                return await admission.work(method.work, data, key)

        try:
            if gate is not None:
                gate.check(peer_of(context))
            result = await answer()
        except Exception as error:  # noqa: BLE001 - as above
            result = await _second_try(answer, error, context, conduct, tally)
        tally.answered += 1
        tally.took(perf_counter() - began)
        return result

    return grpc.unary_unary_rpc_method_handler(handle)


def _conversation(method: Conversation, conduct: Conduct, tally: MethodTally, streams: OpenStreams) -> Handler:
    answer, gate = method.answer, conduct.gate

    async def handle(_requests: AsyncIterator[bytes], context: Context) -> None:
        tally.started += 1
        try:
            if gate is not None:
                gate.check(peer_of(context))
            with conduct.admission.stream(context.peer()), streams.open() as stream:
                while (data := await stream.next(context.read())) is not grpc.aio.EOF:
                    began = perf_counter()
                    try:
                        result = answer(data)
                    except Exception as error:  # noqa: BLE001 - as above
                        result = await _second_try(resolved(answer, data), error, context, conduct, tally)
                    tally.took(perf_counter() - began)
                    await context.write(result)
                    tally.answered += 1
        except AuthzError as error:
            await _abort(context, ending(error, tally))

    return grpc.stream_stream_rpc_method_handler(handle)


def _watch(method: Watch, conduct: Conduct, tally: MethodTally) -> Handler:
    gate = conduct.gate

    async def handle(data: bytes, context: Context) -> AsyncIterator[bytes]:
        tally.started += 1
        try:
            if gate is not None:
                gate.check(peer_of(context))
            with conduct.admission.stream(context.peer()):
                async with aclosing(method.messages(data)) as messages:
                    async for message in messages:
                        tally.answered += 1
                        yield message
        except AuthzError as error:
            await _abort(context, ending(error, tally))

    return grpc.unary_stream_rpc_method_handler(handle)


async def _second_try(
    again: Callable[[], Awaitable[bytes]], error: Exception, context: Context, conduct: Conduct, tally: MethodTally
) -> bytes:
    """The answer that is worth to wait for; any other error ends the call."""
    if not isinstance(error, RevisionAheadError):
        # Not raised again: with this frame in its traceback, it and the request would live until a collection.
        await _abort(context, ending(error, tally))
    try:
        return await conduct.second_try(again, error, context.time_remaining(), context.peer())
    except Exception as last:  # noqa: BLE001 - as above
        await _abort(context, ending(last, tally))


def peer_of(context: Context) -> Peer:
    """Who asks."""
    if context.peer().startswith(_LOCAL):
        return Peer(is_local=True)
    shown = context.auth_context()
    return Peer(names=frozenset(name.decode("utf-8", "replace") for key in _NAMES for name in shown.get(key, ())))


async def _abort(context: Context, status: Status) -> NoReturn:
    trailing = ((_DETAILS, status.details),) if status.details else ()
    await context.abort(_CODES[status.code], status.message, trailing)
    raise AssertionError("abort always raises")
