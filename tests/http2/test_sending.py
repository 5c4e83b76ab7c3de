"""Answers and goodbyes on their way out."""

import hpack as oracle

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from tests.http2.driving import (
    ENDED,
    HEAD,
    Driven,
    content_of,
    data,
    goaway_of,
    headers,
    resets_of,
    split,
)

LIMITS = DEFAULT_HTTP2_LIMITS


def test_a_drain_loses_no_call_that_was_under_way():
    driven = Driven(answers=True)
    driven.send(headers(1))
    driven.connection.drain()
    notice = split(driven.connection.output())
    assert goaway_of(notice) == [ErrorCode.NO_ERROR]
    assert content_of(driven.send(headers(3), data(3, b"late", ENDED)), 3) == b"late"
    heard = driven.send(frames.frame(frames.PING, 1, 0, notice[1][3]))
    assert int.from_bytes(heard[0][3][:4], "big") == 3
    assert driven.send(headers(5), data(5, b"too late", ENDED)) == []
    assert not driven.connection.is_over
    driven.send(data(1, b"x", ENDED))
    driven.connection.end_if_drained()
    assert driven.connection.is_over


def test_a_drain_does_not_wait_for_ever():
    driven = Driven(answers=False)
    driven.send(headers(1))
    driven.connection.drain()
    driven.connection.drain()
    driven.wait(0)
    assert len(goaway_of(driven.wait(2))) == 1
    driven.wait(LIMITS.drain_seconds)
    assert driven.connection.is_over
    assert driven.application.heard[-1] == ("cancelled", 1)


def test_an_answer_before_the_request_is_whole_tells_the_peer_to_stop():
    driven = Driven(answers=False)
    driven.send(headers(1))
    (stream,) = driven.connection._streams.values()
    driven.connection.end(stream, literal(b"grpc-status", b"12"))
    driven.connection.end(stream, b"")
    driven.connection.send(stream, b"nobody hears")
    driven.connection.start(stream, b"")
    answers = split(driven.connection.output())
    assert answers[0][:2] == (frames.HEADERS, 5)
    assert resets_of(answers) == [(1, ErrorCode.NO_ERROR)]


def test_a_long_block_is_written_in_pieces():
    driven = Driven(answers=False)
    driven.send(headers(1, HEAD, 5))
    (stream,) = driven.connection._streams.values()
    driven.connection.start(stream, literal(b"a", b"x" * 40_000))
    answers = split(driven.connection.output())
    assert [(kind, flags) for kind, flags, _, _ in answers] == [(1, 0), (9, 0), (9, 4)]
    block = b"".join(payload for *_, payload in answers)
    assert [tuple(field) for field in oracle.Decoder(1 << 20).decode(block, raw=True)] == [(b"a", b"x" * 40_000)]
