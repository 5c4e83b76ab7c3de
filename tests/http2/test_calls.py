"""Calls without sockets: how requests are told apart, and what becomes of those that are none."""

import asyncio
import gc
import weakref

import pytest

from authz.http2.calls import GrpcApplication, Streaming, Unary, refusal
from authz.http2.connection import Connection
from authz.http2.grpc import GrpcError, framed
from authz.http2.hpack import HeaderDecoder, literal
from tests.http2.driving import GREETING, GRPC, START, call, content_of, data, headers, reset, resets_of, split
from tests.http2.echo import deferred
from tests.waiting import until, until_others_end


async def rescue(message, error, call):
    if message == b"refused":
        raise GrpcError(7, "never")
    await asyncio.sleep(0)
    within = b"%.0f" % (call.seconds_left() or -1)
    await call.write(b"%s after %s within %s" % (message, str(error).encode(), within))


def fail(message):
    raise ValueError(message.decode())


async def broken(call):
    await call.read()
    raise ValueError("ours")


async def repeat(message, call):
    if message == b"broken":
        raise ValueError("ours")
    await asyncio.sleep(0)
    for _ in range(2):
        await call.write(message)


async def converse(call):
    while (message := await call.read()) is not None:
        await call.write(message)


METHODS = {
    "/e": Unary(lambda message: message),
    "/r": Unary(fail, rescue),
    "/b": Streaming(broken),
    "/d": deferred(repeat),
}


def talk(*sent, methods=METHODS, waits=False):
    """The frames that come back when all is done, and the failures of ours."""
    failures = []

    async def run():
        application = GrpcApplication(methods, 100, failures.append)
        connection = Connection(application)
        connection.keep(GREETING + b"".join(sent))
        while connection.is_behind:
            connection.receive(b"", 0.0 if waits else None)
        await until_others_end()
        return split(connection.output())

    return asyncio.run(run()), failures


def status_of(answers):
    """grpc-status and grpc-message of the last headers."""
    fields = [HeaderDecoder(1 << 16).decode(payload) for kind, _, _, payload in answers if kind == 1]
    found = {field.name: field.value for field in fields[-1]}
    return int(found[b"grpc-status"]), found.get(b"grpc-message", b"").decode()


def test_an_answer_that_failed_may_be_given_later():
    sent = call(b"/r", (b"grpc-timeout", b"9S")), data(1, framed(b"x"), 1)
    answers, failures = talk(*sent)
    assert content_of(answers, 1)[5:] == b"x after x within 9"
    assert (status_of(answers), failures) == ((0, ""), [])


def test_a_second_try_may_be_refused():
    assert status_of(talk(call(b"/r"), data(1, framed(b"refused"), 1))[0]) == (7, "never")


def test_a_handler_that_fails_ends_in_an_internal_error():
    answers, failures = talk(call(b"/b"), data(1, framed(b"x"), 1))
    assert status_of(answers) == (13, "internal error")
    assert [str(failure) for failure in failures] == ["ours"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 13),
        (b"\0\0\0\0", 13),
        (b"\0\0\0\0\5abc", 13),
        (framed(b"a") + framed(b"b"), 13),
        (b"\1\0\0\0\1x", 13),
        (framed(b"x" * 101), 8),
    ],
)
@pytest.mark.parametrize("path", [b"/e", b"/d"])
def test_a_request_that_is_not_one_whole_message_is_an_error(content, code, path):
    assert status_of(talk(call(path), data(1, content, 1))[0])[0] == code


def test_a_request_that_takes_time_is_whole_before_it_is_handled():
    answers, failures = talk(call(b"/d"), data(1, framed(b"x")[:3]), data(1, framed(b"x")[3:], 1))
    assert (content_of(answers, 1), status_of(answers), failures) == (framed(b"x") * 2, (0, ""), [])


def test_a_fault_of_ours_in_a_request_that_takes_time_is_an_internal_error():
    answers, failures = talk(call(b"/d"), data(1, framed(b"broken"), 1))
    assert (status_of(answers), [str(each) for each in failures]) == ((13, "internal error"), ["ours"])


@pytest.mark.parametrize("waits", [False, True])
def test_calls_that_wait_may_be_shed_by_their_heads_alone(waits):
    asked = []
    ending = refusal(GrpcError(8, "too many", (("why-bin", b"x"),)))

    def shed(_connection):
        asked.append(1)
        return ending if len(asked) > 3 else None

    methods = {"/e": Unary(lambda m: m, None, shed)}
    sent = [call(b"/e", stream=n) + data(n, framed(b"%d" % n), 1) for n in range(1, 11, 2)]
    answers, _ = talk(*sent, methods=methods, waits=waits)
    if not waits:
        assert not asked
        return
    assert [content_of(answers, n)[5:] for n in range(1, 11, 2)] == [b"1", b"3", b"5", b"", b""]
    assert [flags & 1 for kind, flags, stream, _ in answers if stream in {7, 9} and kind == 1] == [1, 1]
    assert (status_of(answers), len(asked)) == ((8, "too many"), 5)


@pytest.mark.parametrize(("content", "code"), [(framed(b"x" * 101), 8), (framed(b"a") + b"more", 13)])
def test_a_request_that_cannot_become_one_is_ended_at_once(content, code):
    answers, _ = talk(call(b"/e"), data(1, content))
    assert status_of(answers)[0] == code
    assert resets_of(answers) == [(1, 0)]


@pytest.mark.parametrize(
    ("field", "code"),
    [((b"grpc-timeout", b"soon"), 13), ((b"grpc-timeout", b"0S"), 4), ((b"grpc-encoding", b"br"), 12)],
)
def test_what_the_head_says_may_end_a_call(field, code):
    assert status_of(talk(call(b"/e", field), data(1, framed(b"x"), 1))[0])[0] == code


@pytest.mark.parametrize("content", [framed(b"x"), b"", b"\0", b"\0\0\0\0", b"\0\0\0\0\0", b"\1\0\0\0\1x"])
@pytest.mark.parametrize("fields", [[], [(b"grpc-timeout", b"0S")], [(b"grpc-timeout", b"1S"), (b"x", b"y")]])
@pytest.mark.parametrize("path", [b"/e", b"/r", b"/no"])
def test_a_request_that_came_whole_is_answered_as_one_in_pieces(path, fields, content):
    whole, _ = talk(call(path, *fields), data(1, content, 1))
    pieces, _ = talk(call(path, *fields), data(1, content), data(1, b"", 1))
    assert (content_of(whole, 1), status_of(whole)) == (content_of(pieces, 1), status_of(pieces))


@pytest.mark.parametrize("flags", [4, 5])
def test_a_conversation_with_a_deadline_that_is_none_does_not_begin(flags):
    block = START + literal(b":path", b"/b") + GRPC + literal(b"grpc-timeout", b"soon")
    answers, failures = talk(headers(1, block, flags))
    assert (status_of(answers)[0], [kind for kind, *_ in answers].count(1), failures) == (13, 1, [])


def test_whoever_speaks_no_grpc_is_told_so():
    sent = call(b"/e", kind=literal(b"content-type", b"text/html")), data(1, b"<"), data(1, b">", 1)
    answers, _ = talk(*sent)
    assert b"application/grpc" in content_of(answers, 1)
    first = next(payload for kind, _, _, payload in answers if kind == 1)
    assert HeaderDecoder(1 << 16).decode(first)[0].value == b"415"


def test_a_stuck_answer_is_given_up_at_the_deadline():
    stuck = b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0"
    answers, _ = talk(stuck, call(b"/r", (b"grpc-timeout", b"20m")), data(1, framed(b"x"), 1))
    assert content_of(answers, 1) == b""


@pytest.mark.parametrize("size", [16_000, 20_000, 100_000])
def test_a_status_of_any_length_is_sent(size):
    def refuse(_message):
        raise GrpcError(9, "x" * size)

    answers, failures = talk(call(b"/e"), data(1, framed(b"x"), 1), methods={"/e": Unary(refuse)})
    block = b"".join(payload for kind, _, stream, payload in answers if kind in {1, 9} and stream == 1)
    assert {field.name: len(field.value) for field in HeaderDecoder(1 << 20).decode(block)}[b"grpc-message"] == size
    assert failures == []


def test_a_conversation_lets_others_in_between_its_messages():
    order = []

    async def greedy(call):
        while (message := await call.read()) is not None:
            order.append(message)

    async def other(_message, _call):
        order.append(b"other")

    sent = [
        call(b"/g"),
        data(1, framed(b"x") * 100, 1),
        call(b"/o", stream=3),
        data(3, framed(b""), 1),
    ]
    talk(*sent, methods={"/g": Streaming(greedy), "/o": deferred(other)})
    assert order.index(b"other") < 40
    assert order.count(b"x") == 100


def left_of(alive, run):
    """What lives of some references when all was run, without a collection."""
    gc.collect()
    gc.disable()
    try:
        asyncio.run(run())
        return [each() for each in alive]
    finally:
        gc.enable()


@pytest.mark.parametrize("is_hung_up", [False, True])
def test_conversations_that_are_given_up_are_freed_without_a_collection(is_hung_up):
    alive = []

    async def run():
        connection = Connection(GrpcApplication({"/t": Streaming(converse)}, 100))
        connection.receive(GREETING + call(b"/t") + data(1, framed(b"x")))
        alive.extend([weakref.ref(connection), weakref.ref(connection._streams[1].call)])
        await until(lambda: content_of(split(connection.output()), 1))
        if not is_hung_up:
            connection.receive(reset(1))
            await until_others_end()
        connection.close()
        await until_others_end()

    assert left_of(alive, run) == [None, None]


def test_given_a_peer_gives_up_very_many_conversations_then_others_have_their_turns_meanwhile():
    ended, passes = [], []

    async def wait(call):
        try:
            await call.read()
        finally:
            ended.append(1)

    async def run():
        connection = Connection(GrpcApplication({"/t": Streaming(wait)}, 100))
        connection.receive(GREETING + b"".join(call(b"/t", stream=number) for number in range(1, 401, 2)))
        await asyncio.sleep(0)
        connection.close()
        while len(ended) < 200:
            before = len(ended)
            await asyncio.sleep(0)
            passes.append(len(ended) - before)

    asyncio.run(run())
    assert max(passes) <= 8


def test_a_conversation_with_a_deadline_that_is_given_up_before_it_began_is_freed_long_before_that():
    alive, left = [], []

    async def run():
        connection = Connection(GrpcApplication({"/t": Streaming(converse)}, 100))
        connection.receive(GREETING + call(b"/t", (b"grpc-timeout", b"99999999S")))
        alive.extend([weakref.ref(connection), weakref.ref(connection._streams[1].call)])
        connection.close()
        del connection
        await until_others_end()
        left.extend(each() is not None for each in alive)  # while the loop still has its timers

    left_of(alive, run)
    assert left == [False, False]


def test_given_a_peer_begins_very_many_conversations_then_a_turn_begins_few_of_them():
    async def run():
        connection = Connection(GrpcApplication({"/t": Streaming(converse)}, 100), clock=lambda: 100.0)
        connection.keep(GREETING + b"".join(call(b"/t", stream=number) for number in range(1, 401, 2)))
        connection.receive(b"", 100.0003)
        begun = len(connection._streams)
        connection.close()
        await until_others_end()
        return begun

    assert asyncio.run(run()) <= 7


def test_a_conversation_ends_at_its_deadline_on_both_sides():
    ended = []

    async def wait(call):
        try:
            await call.read()
        finally:
            ended.append(call.seconds_left())

    sent = [call(b"/t", (b"grpc-timeout", b"20m"), stream=number) for number in (1, 3)]
    answers, _ = talk(*sent, methods={"/t": Streaming(wait)})
    assert status_of(answers) == (4, "deadline exceeded")
    assert ended == [0.0, 0.0]


@pytest.mark.parametrize("path", [b"/e", b"/r", b"/b", b"/d"])
def test_calls_and_connections_that_are_over_are_freed_without_a_collection(path):
    """A service that never pauses looks for cycles among the young alone: any that lived for long would stay."""
    alive = []

    async def run():
        application = GrpcApplication(METHODS, 100)
        connection = Connection(application)
        connection.receive(GREETING + call(path))
        [stream] = connection._streams.values()
        connection.receive(data(1, framed(b"late"), 1))
        alive.extend([weakref.ref(connection), weakref.ref(stream.call) if stream.call else lambda: None])
        del stream
        await until_others_end()
        connection.close()

    assert left_of(alive, run) == [None, None]
