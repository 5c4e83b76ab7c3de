"""Every fault of a peer: with what code the connection or the stream ends, by what name it is counted, what is said."""

import struct
from dataclasses import replace

import pytest

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.frames import END_HEADERS, END_STREAM, PADDED, PRIORITIZED, frame, goaway
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from tests.http2.driving import HEAD, Driven, data, goaway_of, headers, reset, resets_of, settings, window

LIMITS = replace(
    DEFAULT_HTTP2_LIMITS,
    concurrent_streams=2,
    header_bytes=2000,
    decoded_bytes=8000,
    continuations=2,
    stream_window=10_000,
    block_bytes=12_000,
)
SIZE, FLOW = ErrorCode.FRAME_SIZE_ERROR, ErrorCode.FLOW_CONTROL_ERROR
PROTOCOL, CLOSED, CALM = ErrorCode.PROTOCOL_ERROR, ErrorCode.STREAM_CLOSED, ErrorCode.ENHANCE_YOUR_CALM
WIDE = frames.WIDEST
CALL = headers(1) + data(1, b"x", END_STREAM)
LONG = literal(b"a", b"b" * 2000)


def continuation(stream, block, flags=END_HEADERS):
    return frame(frames.CONTINUATION, flags, stream, block)


def priority(stream, depends_on, size=5):
    return frame(frames.PRIORITY, 0, stream, (struct.pack(">I", depends_on) + b"\0")[:size])


OF_THE_CONNECTION = {
    "a frame is too long": (b"\0\x40\x01" + frame(frames.DATA, 0, 1)[3:], SIZE, "frame_size"),
    "a header block was interrupted": (headers(1, HEAD[:1], 0) + data(1), PROTOCOL, "protocol"),
    "clients open streams of odd numbers": (headers(2), PROTOCOL, "protocol"),
    "a priority is incomplete": (headers(1, b"\0" * 4, END_HEADERS | PRIORITIZED), SIZE, "frame_size"),
    "padding is longer than the frame": (headers(1, b"\x04abc", END_HEADERS | PADDED), PROTOCOL, "protocol"),
    "CONTINUATION continues nothing": (continuation(1, HEAD), PROTOCOL, "protocol"),
    "a header block is too long": (headers(1, HEAD[:1], 0) + continuation(1, b"", 0) * 3, CALM, "continuations"),
    "a stream's number is lower than one before": (headers(5) + headers(3), PROTOCOL, "protocol"),
    "HEADERS on a closed stream": (CALL + headers(1), CLOSED, "closed"),
    "DATA on an idle stream": (data(1), PROTOCOL, "protocol"),
    "RST_STREAM on an idle stream": (reset(1), PROTOCOL, "protocol"),
    "WINDOW_UPDATE by nothing": (window(0, 0), PROTOCOL, "protocol"),
    "WINDOW_UPDATE on an idle stream": (window(1, 5), PROTOCOL, "protocol"),
    "the window is too wide": (window(0, WIDE), FLOW, "window"),
    "SETTINGS on a stream": (settings(stream=1), PROTOCOL, "protocol"),
    "the length of SETTINGS is not a multiple of 6": (frame(frames.SETTINGS, 0, 0, b"abc"), SIZE, "frame_size"),
    "ENABLE_PUSH is not 0 or 1": (settings((2, 2)), PROTOCOL, "protocol"),
    "the initial window is too wide": (settings((4, WIDE + 1)), FLOW, "window"),
    "MAX_FRAME_SIZE is out of range": (settings((5, 16383)), PROTOCOL, "protocol"),
    "GOAWAY on a stream, or incomplete": (frame(frames.GOAWAY, 0, 0, b"1234567"), PROTOCOL, "protocol"),
    "PUSH_PROMISE from a client": (frame(frames.PUSH_PROMISE, 4, 1, b"\0\0\0\2"), PROTOCOL, "protocol"),
    "PRIORITY without a stream": (priority(0, 1), PROTOCOL, "protocol"),
    "a frame has the wrong length": (frame(frames.PING, 0, 0, b"1234567"), SIZE, "frame_size"),
    "a frame of the connection on a stream": (frame(frames.PING, 0, 1, b"12345678"), PROTOCOL, "protocol"),
    "an index is not in the table": (headers(1, b"\xfe"), ErrorCode.COMPRESSION_ERROR, "compression"),
    "a block ends within a string": (headers(1, b"\0\x05abc"), ErrorCode.COMPRESSION_ERROR, "compression"),
    "a Huffman string is broken": (headers(1, b"\0\x81\0\0"), ErrorCode.COMPRESSION_ERROR, "compression"),
    "the header list is far too long": (headers(1, HEAD + LONG * 5), CALM, "header_list"),
}
OF_A_STREAM = {
    "a stream depends on itself": (headers(1, b"\0\0\0\1\0" + HEAD, END_HEADERS | PRIORITIZED), PROTOCOL, "malformed"),
    "too many streams are open": (headers(3) + headers(5) + headers(7), ErrorCode.REFUSED_STREAM, "concurrent_streams"),
    "HEADERS within a request": (headers(1) + headers(1, literal(b"a", b"b")), PROTOCOL, "malformed"),
    "more content than the window allows": (headers(1) + data(1, b"x" * 10_001), FLOW, "window"),
    "the length of the content differs from content-length": (
        headers(1, HEAD + literal(b"content-length", b"3")) + data(1, b"ab", END_STREAM), PROTOCOL, "malformed",
    ),
    "WINDOW_UPDATE by nothing": (headers(1) + window(1, 0), PROTOCOL, "malformed"),
    "the window is too wide": (headers(1) + window(1, WIDE), FLOW, "window"),
    "a field has invalid characters": (headers(1, HEAD + literal(b"A", b"")), PROTOCOL, "malformed"),
    "the header list is too long": (headers(1) + headers(1, LONG, END_HEADERS | END_STREAM), CALM, "header_list"),
}  # fmt: skip


@pytest.mark.parametrize("reason", OF_THE_CONNECTION)
def test_a_fault_of_the_connection_ends_it(reason):
    sent, code, kind = OF_THE_CONNECTION[reason]
    driven = Driven(LIMITS)
    answers = driven.send(sent, headers(9))
    assert (goaway_of(answers), driven.told, driven.connection.is_over) == ([code], [(kind, reason)], True)
    assert dict(driven.faults) == {kind: 1}
    assert answers[-1][3][8:] == reason.encode()
    assert not driven.connection._streams


@pytest.mark.parametrize(
    "sent",
    [
        frame(frames.RST_STREAM, 0, 1, b"abc"),
        frame(frames.PRIORITY, 0, 1, b"1234"),
        frame(frames.WINDOW_UPDATE, 0, 0, b"12345"),
        settings((4, 1), flags=frames.ACK),
    ],
)
def test_a_frame_of_a_length_that_its_type_has_not_ends_the_connection(sent):
    assert goaway_of(Driven(LIMITS).send(headers(1) + sent)) == [SIZE]


@pytest.mark.parametrize("reason", OF_A_STREAM)
def test_a_fault_of_a_stream_ends_that_alone(reason):
    sent, code, kind = OF_A_STREAM[reason]
    driven = Driven(LIMITS)
    answers = driven.send(sent)
    [(number, told)] = resets_of(answers)
    assert (told, driven.told, goaway_of(answers)) == (code, [(kind, reason)], [])
    assert dict(driven.faults) == {kind: 1}
    assert number not in driven.connection._streams
    assert not driven.connection.is_over


def test_the_end_of_a_connection_names_the_last_stream_that_was_worked_on():
    answers = Driven().send(headers(1) + headers(5) + data(5, b"x", END_STREAM) + headers(5))
    assert answers[-1][3][:4] == struct.pack(">I", 5)


def test_a_reason_is_cut_to_what_a_frame_should_carry():
    assert goaway(3, ErrorCode.NO_ERROR, "x" * 300)[9:] == struct.pack(">II", 3, 0) + b"x" * 200


def test_a_client_that_does_not_speak_http2_is_told_so():
    driven = Driven(greeting=b"")
    assert goaway_of(driven.send(b"GET / HTTP/1.1\r\n")) == [PROTOCOL]
    assert driven.told == [("protocol", "the client does not speak HTTP/2")]
