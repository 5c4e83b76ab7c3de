"""Messages of conversations that are answered where they are read, without waking a task."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.http2.calls import GrpcApplication, Streaming
from authz.http2.connection import Connection
from authz.http2.grpc import Messages, framed
from tests.http2.driving import GREETING, call, content_of, data, settings, split, window
from tests.http2.fuzz import converse


def hesitate(message):
    if message.startswith(b"later"):
        raise ValueError("not at once")
    return b"quick " + message


async def prompt(call):
    call.quick = hesitate
    while (message := await call.read()) is not None:
        await asyncio.sleep(0)
        await call.write(b"slow " + message)


def conversing(*passes, path=b"/p"):
    """The content that came back after each pass of the event loop, each with what was sent in it."""
    found = []

    async def run():
        connection = Connection(GrpcApplication({"/p": Streaming(prompt), "/t": Streaming(converse)}, 100))
        connection.receive(GREETING + call(path))
        await asyncio.sleep(0)
        for sent in passes:
            connection.receive(sent)
            found.append(content_of(split(connection.output()), 1))
            await asyncio.sleep(0)
        for _ in range(40):
            await asyncio.sleep(0)
        found.append(content_of(split(connection.output()), 1))
        connection.close()

    asyncio.run(run())
    return found


def test_a_conversation_that_waits_is_answered_without_its_task():
    first, second, rest = conversing(data(1, framed(b"a")), data(1, framed(b"b")) + data(1, framed(b"c")))
    assert (first, second, rest) == (framed(b"quick a"), framed(b"quick b") + framed(b"quick c"), b"")


LATER = framed(b"later")


@pytest.mark.parametrize(
    "sent", [(LATER, b""), (LATER + framed(b"x"), b""), (LATER[:1], LATER[1:]), (LATER[:9], LATER[9:])]
)
def test_a_message_that_is_not_answered_at_once_keeps_its_place_before_those_that_follow(sent):
    now, then = sent
    assert conversing(data(1, now), data(1, then + framed(b"y")))[0] == b""
    answers = taken(b"".join(conversing(data(1, now), data(1, then + framed(b"y")))))
    assert (answers[0], answers[-1]) == (b"slow later", b"slow y")


def test_the_last_message_of_a_conversation_and_what_cannot_be_read_are_for_its_task():
    assert conversing(data(1, framed(b"a"), 1)) == [b"", framed(b"slow a")]
    assert conversing(data(1, b"\1\0\0\0\1x"), data(1, framed(b"a"))) == [b"", b"", b""]
    assert conversing(data(1, framed(b"x" * 101)), data(1, framed(b"a"))) == [b"", b"", b""]


def test_while_the_peer_does_not_take_answers_those_that_follow_wait_behind_them():
    narrow = settings((4, 10))
    first, second, *rest = conversing(narrow + data(1, framed(b"a")), data(1, framed(b"b")), window(1, 1000))
    assert (first, second) == (framed(b"quick a")[:10], b"")
    assert b"".join(rest) == framed(b"quick a")[10:] + framed(b"slow b")


@given(st.lists(st.binary(max_size=4), max_size=12), st.lists(st.integers(1, 30)), st.lists(st.booleans(), min_size=30))
def test_a_conversation_says_the_same_whoever_answers(messages, sizes, pauses):
    content, pieces = b"".join(map(framed, messages)), []
    for size in [*sizes, len(content)]:
        pieces += [content[:size]] * bool(content)
        content = content[size:]
    passes = [b""]
    for piece, is_pause in zip(pieces, itertools.cycle(pauses), strict=False):
        passes[-1] += data(1, piece)
        passes += [b""] * is_pause
    prompt_ones, slow_ones = (b"".join(conversing(*passes, data(1, b"", 1), path=path)) for path in (b"/p", b"/t"))
    assert plain(prompt_ones) == plain(slow_ones) == messages


def plain(content):
    return [message.removeprefix(b"quick ").removeprefix(b"slow ") for message in taken(content)]


def taken(content):
    messages = Messages(1000, b"identity")
    messages.buffer += content
    return list(iter(messages.take, None))
