"""Each transport around an answering object, over a real socket: statuses for every kind of fault."""

import asyncio
from functools import partial

import grpc
import pytest

from authz.errors import AuthzError, InvalidRequestError
from authz.pdp.counters import Counters
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.call_policy import CallPolicy
from authz.server.listeners import parse_address
from authz.server.methods import BidiStream, MethodTable, Unary
from authz.server.revisions import RevisionFeed
from authz.server.transport import TransportKind, open_transport
from tests.builders import account, engine
from tests.waiting import BRIEF, DEADLINE, FOREVER

KINDS = {"unary": Unary, "stream": BidiStream}


@pytest.fixture(params=TransportKind, ids=lambda kind: kind.value)
def call(request):
    """What a client hears from an answer (bytes, or the status code), and the counters afterwards."""
    return partial(called, request.param)


def called(transport_kind, answer, *, kind="unary", publish=None, patience=BRIEF, limit=10):

    async def scenario():
        live = engine(account())
        counters = Counters()
        call_policy = CallPolicy(RevisionFeed(live), counters, patience, ConcurrencyLimiter(limit))
        table = MethodTable("s", {"m": KINDS[kind](answer)}, call_policy)
        transport = open_transport(transport_kind, [table], DEFAULT_LIMITS)
        address = transport.listen(parse_address("127.0.0.1:0"), None)
        await transport.start()
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                if publish is not None:
                    asyncio.get_running_loop().call_later(0.05, live.publish, {}, (), publish)
                return await heard(channel, kind), counters.method("m")
        finally:
            await transport.close()

    return asyncio.run(scenario())


async def heard(channel, kind):
    try:
        if kind == "unary":
            return await channel.unary_unary("/s/m")(b"question", timeout=DEADLINE)
        return await talked(channel.stream_stream("/s/m")(timeout=DEADLINE))
    except grpc.RpcError as error:
        return error.code()


async def talked(talk):
    """Answers to two questions, one by one: a client that writes into an ended stream makes a fault of its own."""
    answers = []
    for question in (b"1", b"2"):
        await talk.write(question)
        answers.append(await talk.read())
    await talk.done_writing()
    assert await talk.read() is grpc.aio.EOF
    return answers


def raising(error):
    def answer(_data):
        raise error

    return answer


def test_bytes_go_in_and_bytes_come_out(call):
    answer, counters = call(lambda data: data + b"!")
    assert (answer, counters.started, counters.answered) == (b"question!", 1, 1)


def test_a_stream_is_answered_message_by_message(call):
    assert call(lambda data: data * 2, kind="stream")[0] == [b"11", b"22"]


@pytest.mark.parametrize("kind", ["unary", "stream"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidRequestError("action", "x"), grpc.StatusCode.INVALID_ARGUMENT),
        (AuthzError("x"), grpc.StatusCode.INTERNAL),
        (ZeroDivisionError(), grpc.StatusCode.INTERNAL),
        (RevisionAheadError(9, 1), grpc.StatusCode.UNAVAILABLE),
    ],
)
def test_every_error_is_a_status_and_is_counted(call, error, code, kind):
    heard_code, counters = call(raising(error), kind=kind)
    assert (heard_code, dict(counters.failed), counters.answered) == (code, {code.name: 1}, 0)


def test_an_answer_that_needs_a_later_revision_comes_when_that_is_in_force(call):
    answers = iter([RevisionAheadError(2, 1), b"now"])

    def answer(_data):
        value = next(answers)
        if isinstance(value, Exception):
            raise value
        return value

    assert call(answer, publish=2, patience=FOREVER)[0] == b"now"
