"""What the built-in transport alone does: it sheds, and answers what is short without a task."""

import asyncio
import socket

import grpc
import pytest

from authz.errors import InvalidRequestError
from authz.http2 import frames
from authz.http2.grpc import framed
from authz.http2.hpack import HeaderDecoder, literal
from authz.pdp.counters import Counters
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import ConcurrencyLimiter, at_once
from authz.server import streams
from authz.server.call_policy import CallPolicy
from authz.server.listeners import parse_address
from authz.server.methods import BidiStream, LongUnary, MethodTable, Unary
from authz.server.revisions import RevisionFeed
from authz.server.transport import TransportKind, open_transport
from tests.builders import account, engine
from tests.http2.driving import GREETING, data, headers
from tests.waiting import BRIEF, DEADLINE, FOREVER

LIMIT, BURST = 10, 50
FIELDS = {b":authority": b"a", b":path": b"/s/m", b"content-type": b"application/grpc"}
CALL = b"\x83\x86" + b"".join(literal(*field) for field in FIELDS.items())


def burst(calls, first=1):
    return b"".join(headers(n, CALL) + data(n, framed(b"q"), 1) for n in range(first, first + 2 * calls, 2))


async def read(reader, calls):
    """The gRPC statuses of so many calls, in the order in which they ended."""
    found = []
    while len(found) < calls:
        head = await reader.readexactly(9)
        payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
        if head[3] == frames.HEADERS and head[4] & frames.END_STREAM:
            fields = {field.name: field.value for field in HeaderDecoder(1 << 16).decode(payload)}
            found.append((int(fields[b"grpc-status"]), fields.get(b"grpc-message", b"").decode()))
    return found


@pytest.mark.parametrize(
    ("method", "is_vital"),
    [
        (Unary, False),
        (lambda answer: Unary(answer, is_vital=True), True),
        (lambda answer: LongUnary(at_once(answer), short_bytes=8), False),
    ],
    ids=["single", "vital", "short batch"],
)
def test_what_comes_in_one_burst_beyond_the_limit_is_refused_at_once(method, is_vital):
    limiter, counters, given = ConcurrencyLimiter(LIMIT), Counters(), []

    def answer(question):
        given.append(question)
        return question

    async def scenario():
        call_policy = CallPolicy(RevisionFeed(engine(account())), counters, 1.0, limiter)
        table = MethodTable("s", {"m": method(answer)}, call_policy)
        transport = open_transport(TransportKind.NATIVE, [table], DEFAULT_LIMITS)
        address = transport.listen(parse_address("127.0.0.1:0"), None)
        await transport.start()
        host, _, port = address.rpartition(":")
        connection = socket.create_connection((host, int(port)), DEADLINE)
        connection.sendall(GREETING + burst(BURST))  # before the loop runs: it is read in one piece
        reader, writer = await asyncio.open_connection(sock=connection)
        first = await read(reader, BURST)
        writer.write(burst(1, 2 * BURST + 1))
        [later] = await read(reader, 1)
        await transport.close()
        writer.close()
        await writer.wait_closed()
        return first, later

    first, later = asyncio.run(scenario())
    refused = 0 if is_vital else BURST - LIMIT
    assert [code for code, _ in first] == [0] * (BURST - refused) + [8] * refused
    assert {message for code, message in first if code} <= {"more than 10 calls came at once; try again later"}
    assert later == (0, "")
    counted = counters.method("m")
    assert (counted.started, counted.answered, len(given)) == (BURST + 1, BURST + 1 - refused, BURST + 1 - refused)
    assert (counted.failed["RESOURCE_EXHAUSTED"], limiter.rejected["in_flight"]) == (refused, refused)


async def served(method, counters, scenario):
    """Run a scenario with the transport and a channel to it."""
    live = engine(account())
    call_policy = CallPolicy(RevisionFeed(live), counters, BRIEF, ConcurrencyLimiter(LIMIT))
    table = MethodTable("s", {"m": method}, call_policy)
    transport = open_transport(TransportKind.NATIVE, [table], DEFAULT_LIMITS)
    address = transport.listen(parse_address("127.0.0.1:0"), None)
    await transport.start()
    async with grpc.aio.insecure_channel(address) as channel:
        try:
            return await asyncio.wait_for(scenario(transport, channel), DEADLINE)
        finally:
            await transport.close()


def conversation(answer, counters, scenario):
    """Run a scenario with the transport, a function that asks, and the stream that it asks on."""

    async def on_a_stream(transport, channel):
        talk = channel.stream_stream("/s/m")()

        async def ask(question):
            await talk.write(question)
            return await asyncio.wait_for(talk.read(), DEADLINE)

        return await scenario(transport, ask, talk)

    return served(BidiStream(answer), counters, on_a_stream)


def test_messages_of_a_conversation_are_counted_and_a_second_try_is_one_answer():
    counters, tries = Counters(), []

    def answer(question):
        tries.append(question)
        if question == b"ahead" and tries.count(question) < 3:
            raise RevisionAheadError(1, 0)  # it is in force when the call waits for it
        return question.upper()

    async def scenario(_transport, ask, talk):
        answers = [await ask(question) for question in (b"a", b"b", b"ahead", b"c")]
        await talk.done_writing()
        return answers, await talk.code()

    answers, code = asyncio.run(conversation(answer, counters, scenario))
    assert (answers, code) == ([b"A", b"B", b"AHEAD", b"C"], grpc.StatusCode.OK)
    counted = counters.method("m")
    assert (counted.started, counted.answered, sum(counted.failed.values())) == (1, 4, 0)


def test_a_stopping_server_ends_a_conversation_when_it_falls_silent():
    async def scenario(transport, ask, talk):
        answer = await ask(b"first")
        draining = asyncio.ensure_future(transport.drain(DEADLINE))
        code = await talk.code()
        await draining
        return answer, code

    assert asyncio.run(conversation(bytes, Counters(), scenario)) == (b"first", grpc.StatusCode.UNAVAILABLE)


def test_a_stopping_server_answers_a_conversation_that_goes_on(monkeypatch):
    monkeypatch.setattr(streams, "_IDLE_SECONDS", FOREVER)  # no silence is long enough

    async def scenario(transport, ask, talk):
        answers = [await ask(b"first")]
        draining = asyncio.ensure_future(transport.drain(DEADLINE))
        answers += [await ask(b"more") for _ in range(100)]
        await talk.done_writing()
        code = await talk.code()
        await draining
        return set(answers), code

    assert asyncio.run(conversation(bytes, Counters(), scenario)) == ({b"first", b"more"}, grpc.StatusCode.OK)


def test_a_short_batch_is_answered_where_it_was_read_and_others_in_their_turn():
    counters, worked = Counters(), []

    def work(question):
        if question == b"ahead" and asyncio.current_task() is None:
            raise RevisionAheadError(1, 0)
        if question == b"bad":
            raise InvalidRequestError("checks", "no batch")
        worked.append(question)
        yield
        return b"%s, %s" % (question, b"in a task" if asyncio.current_task() else b"at once")

    async def scenario(_transport, channel):
        ask = channel.unary_unary("/s/m")
        answers = [await ask(question) for question in (b"short", b"x" * 9, b"ahead")]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(b"bad")
        return answers, caught.value.code()

    answers, code = asyncio.run(served(LongUnary(work, 8), counters, scenario))
    assert answers == [b"short, at once", b"x" * 9 + b", in a task", b"ahead, in a task"]
    assert worked == [b"short", b"x" * 9, b"ahead"]  # nothing is done, and counted, twice
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    counted = counters.method("m")
    assert (counted.started, counted.answered, dict(counted.failed)) == (4, 3, {"INVALID_ARGUMENT": 1})
