"""The state machine of a connection: what peers may do, and what they may not."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, RateLimit
from tests.http2.driving import (
    ENDED,
    GREETING,
    HEAD,
    Driven,
    content_of,
    data,
    goaway_of,
    headers,
    reset,
    resets_of,
    settings,
    split,
    window,
)

LIMITS = DEFAULT_HTTP2_LIMITS


def test_a_call_is_answered():
    driven = Driven()
    answers = driven.send(headers(1), data(1, b"hello", ENDED))
    assert [kind for kind, *_ in answers] == [frames.HEADERS, frames.DATA, frames.HEADERS]
    assert content_of(answers, 1) == b"hello"
    assert not driven.connection._streams


def test_padding_and_priorities_are_taken_off():
    driven = Driven()
    block = b"\x03" + b"\0\0\0\0\x10" + HEAD + b"\0\0\0"
    answers = driven.send(headers(1, block, 0x2C), data(1, b"\x02hi\0\0", ENDED | frames.PADDED))
    assert content_of(answers, 1) == b"hi"


def test_a_block_may_come_in_pieces():
    driven = Driven()
    pieces = frames.frame(frames.CONTINUATION, 0, 1, HEAD[1:4]), frames.frame(frames.CONTINUATION, 4, 1, HEAD[4:])
    assert content_of(driven.send(headers(1, HEAD[:1], 0), *pieces, data(1, b"x", ENDED)), 1) == b"x"


def test_streams_interleave():
    driven = Driven()
    answers = driven.send(headers(1), headers(3), data(3, b"b"), data(1, b"a", ENDED), data(3, b"c", ENDED))
    assert (content_of(answers, 1), content_of(answers, 3)) == (b"a", b"bc")


@given(
    st.lists(st.tuples(st.sampled_from("hdertp"), st.sampled_from([1, 3, 5]), st.binary(max_size=30)), max_size=25),
    st.lists(st.integers(0, 800), max_size=30),
)
def test_a_byte_stream_means_the_same_however_it_is_cut(steps, cuts):
    made = {
        "h": lambda stream, _: headers(stream), "d": data, "e": lambda stream, text: data(stream, text, ENDED),
        "r": lambda stream, _: reset(stream), "t": lambda stream, _: headers(stream, b"", 5),
        "p": lambda _, text: frames.frame(frames.PING, 0, 0, text[:8].ljust(8)),
    }  # fmt: skip
    sent = b"".join(made[kind](stream, text) for kind, stream, text in steps)
    whole, pieces = Driven(), Driven()
    expected = whole.send(sent)
    found, at = [], 0
    for cut in [*sorted(cuts), len(sent)]:
        found += pieces.send(sent[at:cut])
        at = max(at, cut)
    assert found == expected
    assert pieces.application.heard == whole.application.heard
    assert pieces.told == whole.told


LONG = HEAD + literal(b"content-length", b"5")
REQUESTS = {
    "plain": lambda stream, text: headers(stream) + data(stream, text, ENDED),
    "of a length": lambda stream, text: headers(stream, LONG) + data(stream, text, ENDED),
    "padded": lambda stream, text: headers(stream) + data(stream, b"\x02" + text + b"\0\0", ENDED | frames.PADDED),
    "in two": lambda stream, text: headers(stream) + data(stream, text[:3]) + data(stream, text[3:], ENDED),
    "of another": lambda stream, text: headers(stream) + data(stream + 2, text, ENDED),
    "without content": lambda stream, _: headers(stream, HEAD, frames.END_HEADERS | ENDED),
    "malformed": lambda stream, text: headers(stream, HEAD[:2]) + data(stream, text, ENDED),
    "with trailers": lambda stream, text: headers(stream) + data(stream, text) + headers(stream, b"", 5),
    "too long": lambda stream, _: headers(stream) + data(stream, bytes(frames.MOST_BYTES + 1), ENDED),
    "a window": lambda stream, text: window(0 if text else stream, 7),
    "windows": lambda _, text: settings((frames.INITIAL_WINDOW_SIZE, 3 * len(text))),
}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(REQUESTS)), st.integers(0, 2), st.binary(max_size=40)), max_size=20),
    st.sampled_from([20, 1000, LIMITS.stream_window]),
)
def test_given_requests_that_came_whole_then_they_are_answered_as_if_they_had_not(steps, most):
    sent, stream = b"", 1
    for kind, step, text in steps:
        sent += REQUESTS[kind](stream, text)
        stream += 2 * step
    limits = replace(LIMITS, stream_window=most)
    quick, slow = Driven(limits, is_quick=True), Driven(limits)
    assert quick.send(sent) == slow.send(sent)
    assert quick.told == slow.told
    assert set(quick.connection._streams) == set(slow.connection._streams)
    assert quick.connection._send_window == slow.connection._send_window


def test_given_a_request_came_whole_then_it_needs_no_stream():
    driven = Driven(is_quick=True)
    answers = driven.send(headers(1), data(1, b"hello", ENDED), headers(3), data(3, b"x", ENDED)[:-1])
    assert (content_of(answers, 1), content_of(answers, 3)) == (b"hello", b"")
    assert driven.application.heard == [("opened", 3, driven.connection._streams[3].request.routed)]


def test_given_requests_that_came_whole_then_the_window_of_the_connection_is_given_back():
    driven = Driven(replace(LIMITS, connection_window=100), is_quick=True)
    answers = driven.send(*(headers(n) + data(n, b"x" * 20, ENDED) for n in (1, 3, 5)))
    assert [payload for kind, _, stream, payload in answers if (kind, stream) == (frames.WINDOW_UPDATE, 0)] == [
        (60).to_bytes(4, "big")
    ]


@given(st.lists(st.binary(max_size=80) | st.tuples(st.integers(0, 11), st.integers(0, 255), st.integers(0, 5), st.binary(max_size=40)), max_size=12))  # fmt: skip  # noqa: E501 - one strategy
def test_no_bytes_raise(chunks):
    driven = Driven()
    for chunk in chunks:
        driven.send(chunk if isinstance(chunk, bytes) else frames.frame(*chunk))
    driven.wait(1)
    driven.connection.close()
    assert not driven.connection._streams


OVER_WIDE = 2**31 - 1


PROTOCOL, SIZE, CLOSED, FLOW = (
    ErrorCode.PROTOCOL_ERROR, ErrorCode.FRAME_SIZE_ERROR, ErrorCode.STREAM_CLOSED, ErrorCode.FLOW_CONTROL_ERROR,
)  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([data(1, b"x")], PROTOCOL),
        ([data(0, b"x")], PROTOCOL),
        ([headers(0)], PROTOCOL),
        ([headers(2)], PROTOCOL),
        ([headers(5), headers(3)], PROTOCOL),
        ([headers(1, HEAD, 5), headers(1)], CLOSED),
        ([headers(1, b"\x80")], ErrorCode.COMPRESSION_ERROR),
        ([headers(1, b"\x09" + HEAD[:3], 0xC)], PROTOCOL),
        ([headers(1, b"", 0xC)], PROTOCOL),
        ([headers(1, b"\0\0", 0x24)], SIZE),
        ([headers(1, HEAD, 0), data(1)], PROTOCOL),
        ([frames.frame(frames.CONTINUATION, 4, 1)], PROTOCOL),
        ([headers(1, HEAD, 0), frames.frame(frames.CONTINUATION, 4, 3)], PROTOCOL),
        ([frames.frame(frames.PRIORITY, 0, 0, bytes(5))], PROTOCOL),
        ([frames.frame(frames.PRIORITY, 0, 1, bytes(4))], SIZE),
        ([reset(1)], PROTOCOL),
        ([headers(1), frames.frame(frames.RST_STREAM, 0, 1, b"")], SIZE),
        ([settings(stream=1)], PROTOCOL),
        ([frames.frame(frames.SETTINGS, 0, 0, b"\0")], SIZE),
        ([frames.frame(frames.SETTINGS, 1, 0, bytes(6))], SIZE),
        ([settings((2, 2))], PROTOCOL),
        ([settings((4, 2**31))], FLOW),
        ([settings((5, 16383))], PROTOCOL),
        ([settings((5, 2**24))], PROTOCOL),
        ([headers(1), window(1, 1), settings((4, OVER_WIDE))], FLOW),
        ([frames.frame(frames.PUSH_PROMISE, 4, 1)], PROTOCOL),
        ([frames.frame(frames.PING, 0, 1, bytes(8))], PROTOCOL),
        ([frames.frame(frames.PING, 0, 0, bytes(7))], SIZE),
        ([frames.frame(frames.GOAWAY, 0, 1, bytes(8))], PROTOCOL),
        ([window(0, 0)], PROTOCOL),
        ([window(0, OVER_WIDE)], FLOW),
        ([window(1, 1)], PROTOCOL),
        ([frames.frame(frames.WINDOW_UPDATE, 0, 0, b"")], SIZE),
        ([bytes((0, 64, 1, 0, 0, 0, 0, 0, 1))], SIZE),
    ],
)
def test_a_fault_of_the_connection_ends_it(sent, code):
    driven = Driven()
    assert goaway_of(driven.send(*sent)) == [code]
    assert driven.connection.is_over
    assert driven.told
    assert driven.faults.total() == 1
    assert driven.send(headers(9)) == []


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([headers(1, literal(b"a", b"b"))], PROTOCOL),
        ([headers(1, b"\0\0\0\x01\0" + HEAD, 0x24)], PROTOCOL),
        ([headers(1), headers(1)], PROTOCOL),
        ([headers(1), headers(1, literal(b":path", b"/"), 5)], PROTOCOL),
        ([headers(1, HEAD + literal(b"content-length", b"2")), data(1, b"x", ENDED)], PROTOCOL),
        ([headers(1, HEAD + literal(b"content-length", b"2")), data(1, b"xyz")], PROTOCOL),
        ([headers(1), frames.frame(frames.PRIORITY, 0, 1, b"\0\0\0\x01\0")], PROTOCOL),
        ([headers(1), window(1, 0)], PROTOCOL),
        ([headers(1), window(1, OVER_WIDE)], FLOW),
        ([headers(1), reset(1), data(1, b"x")], CLOSED),
    ],
)
def test_a_fault_of_a_stream_ends_that_stream_alone(sent, code):
    driven = Driven()
    assert resets_of(driven.send(*sent)) == [(1, code)]
    assert content_of(driven.send(headers(3), data(3, b"on", ENDED)), 3) == b"on"


def test_a_whole_request_takes_no_more_of_the_stream():
    for more in (data(1, b"x"), headers(1, b"", 5)):
        driven = Driven(answers=False)
        assert resets_of(driven.send(headers(1, HEAD, 5), more)) == [(1, CLOSED)]


def test_what_was_under_way_on_a_stream_that_we_reset_is_ignored():
    driven = Driven()
    driven.send(headers(1, literal(b"a", b"b")))
    assert driven.send(data(1, b"x"), window(1, 5), headers(1, b"\x40\x01a\x01b", 5), reset(1)) == []
    assert content_of(driven.send(headers(3, HEAD + b"\xbe"), data(3, b"on", ENDED)), 3) == b"on"


def test_unknown_frames_settings_and_flags_are_ignored():
    driven = Driven()
    answers = driven.send(
        frames.frame(77, 255, 3, b"abc"), settings((99, 1)), frames.frame(frames.GOAWAY, 0, 0, bytes(8)),
        frames.frame(frames.PRIORITY, 0, 1, bytes(5)), settings(flags=1),
    )  # fmt: skip
    assert answers == [(frames.SETTINGS, 1, 0, b"")]


def test_a_ping_is_answered_and_its_answer_is_not():
    ping = frames.frame(frames.PING, 0, 0, b"12345678")
    assert Driven().send(ping, frames.frame(frames.PING, 1, 0, bytes(8))) == [(frames.PING, 1, 0, b"12345678")]


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rx"])
def test_whoever_speaks_another_protocol_is_let_go(sent):
    driven = Driven(greeting=b"")
    assert goaway_of(driven.send(sent)) == [PROTOCOL]


def test_trailers_end_a_request():
    driven = Driven()
    assert content_of(driven.send(headers(1), data(1, b"x"), headers(1, literal(b"a", b"b"), 5)), 1) == b"x"


def test_a_reset_stream_is_cancelled():
    driven = Driven(answers=False)
    driven.send(headers(1, HEAD, 5), reset(1))
    assert driven.application.heard[-1] == ("cancelled", 1)


def test_streams_that_we_ended_are_forgotten_in_the_end():
    driven = Driven(replace(LIMITS, provoked_resets=RateLimit(10_000, 1)))
    driven.send(*[headers(n, literal(b"a", b"b")) for n in range(1, 12_000, 2)])
    assert len(driven.connection._ended_early) == 4000


def test_the_greeting_announces_the_limits():
    driven = Driven(greeting=b"")
    driven.connection.receive(GREETING)
    (kind, _, _, payload), grown, answer = split(driven.connection.output())
    assert (kind, dict(struct.iter_unpack(">HI", payload))) == (frames.SETTINGS, {3: 1000, 4: 256 * 1024, 6: 16384})
    assert grown[3] == struct.pack(">I", 4 * 1024 * 1024 - 65535)
    assert answer == (frames.SETTINGS, 1, 0, b"")


def test_work_may_be_done_in_pieces_and_nothing_is_lost_between_them():
    driven = Driven(greeting=b"")
    calls = b"".join(headers(n) + data(n, b"x" * 50, ENDED) for n in range(1, 200, 2))
    driven.connection.keep(GREETING + calls + headers(201)[:5])
    assert (driven.connection.is_behind, driven.application.heard) == (True, [])
    pieces = 0
    while driven.connection.is_behind:
        driven.connection.receive(b"", driven.clock.now)
        pieces += 1
    driven.connection.receive(headers(201)[5:] + data(201, b"", ENDED))
    whole = [number for what, number, *_ in driven.application.heard if what == "whole"]
    assert whole == [*range(1, 200, 2), 201]
    assert pieces == 201  # SETTINGS, and two frames of each call


def test_who_is_thrown_out_is_not_worked_for_any_more():
    driven = Driven()
    driven.connection.receive(frames.frame(frames.PING, 0, 0, b"short") * 1000, driven.clock.now)
    assert (driven.connection.is_over, driven.connection.is_behind) == (True, False)
