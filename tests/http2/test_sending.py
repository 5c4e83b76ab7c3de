"""Answers and goodbyes on their way out."""

from dataclasses import replace

import hpack as oracle
import pytest

from authz.http2 import frames
from authz.http2.errors import ErrorCode, StreamFaultError
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, RateLimit
from authz.http2.sending import prepared
from tests.http2.driving import (
    ENDED,
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


def pong(payload):
    return frames.frame(frames.PING, 1, 0, payload)


def test_a_drain_loses_no_call_that_was_under_way():
    driven = Driven(answers=True)
    driven.send(headers(1))
    driven.connection.drain()
    notice = split(driven.connection.output())
    assert goaway_of(notice) == [ErrorCode.NO_ERROR]
    assert content_of(driven.send(headers(3), data(3, b"late", ENDED)), 3) == b"late"
    again = driven.send(pong(notice[1][3]))
    assert content_of(driven.send(headers(5), data(5, b"overtaken", ENDED)), 5) == b"overtaken"
    heard = driven.send(pong(again[0][3]))
    assert int.from_bytes(heard[0][3][:4], "big") == 5
    assert driven.send(headers(7), data(7, b"too late", ENDED)) == []
    driven.wait(1)
    assert content_of(driven.send(data(1, b"x", ENDED)), 1) == b"x"
    driven.wait(1)
    assert not driven.connection.is_over
    driven.wait(1)
    assert driven.connection.is_over


def test_each_ping_of_a_drain_is_answered_once():
    driven = Driven()
    driven.connection.drain()
    first = split(driven.connection.output())[1][3]
    [(kind, _, _, second)] = driven.send(pong(first), pong(first), pong(b"unasked."))
    assert (kind, first != second) == (frames.PING, True)
    assert len(goaway_of(driven.send(pong(second), pong(second), pong(first)))) == 1


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


HEAD_FRAME, LAST_FRAME = prepared(b"\x88", 0), prepared(literal(b"grpc-status", b"0"), ENDED)


def opened(*numbers, limits=LIMITS):
    """A connection with these streams waiting for answers, and the streams."""
    driven = Driven(limits, answers=False)
    driven.send(*(headers(number, HEAD, 5) for number in numbers))
    return driven, [driven.connection._streams[number] for number in numbers]


def sent_on(driven, stream):
    return len(content_of(split(driven.connection.output()), stream))


def test_answers_use_up_the_window_of_the_connection_to_the_last_byte():
    driven, streams = opened(1, 3, 5, 7, 9)
    for stream in streams[:4]:
        driven.connection.answer(stream.number, stream.request, HEAD_FRAME, b"x" * 16383, LAST_FRAME)
    assert len(driven.connection._streams) == 1  # 65532 of 65535 are used
    driven.connection.output()
    driven.connection.answer(streams[4].number, streams[4].request, HEAD_FRAME, b"y" * 5, LAST_FRAME)
    assert sent_on(driven, 9) == 3
    assert content_of(driven.send(window(0, 1)), 9) == b"y"
    assert content_of(driven.send(window(0, 1)), 9) == b"y"
    assert not driven.connection._streams


def test_an_answer_that_fits_exactly_goes_out_at_once():
    driven, (stream,) = opened(1)
    driven.connection.answer(stream.number, stream.request, HEAD_FRAME, b"x" * frames.MOST_BYTES, LAST_FRAME)
    kinds = [(kind, len(payload)) for kind, _, _, payload in split(driven.connection.output())]
    assert kinds[1] == (frames.DATA, frames.MOST_BYTES)
    assert len(kinds) == 3


def test_an_answer_longer_than_a_frame_comes_in_several():
    driven, (stream,) = opened(1)
    driven.connection.answer(stream.number, stream.request, HEAD_FRAME, b"x" * (frames.MOST_BYTES + 1), LAST_FRAME)
    sizes = [len(payload) for kind, _, _, payload in split(driven.connection.output()) if kind == frames.DATA]
    assert sizes == [frames.MOST_BYTES, 1]


def test_a_window_of_a_stream_is_used_up_to_the_last_byte_and_may_become_negative():
    driven, (stream,) = opened(1)
    driven.send(settings((4, 10)))
    driven.connection.send(stream, b"x" * 12)
    assert sent_on(driven, 1) == 10
    driven.send(settings((4, 4)))
    assert content_of(driven.send(window(1, 6)), 1) == b""
    assert content_of(driven.send(window(1, 1)), 1) == b"x"
    assert len(stream.unsent) == 1


def test_what_a_stream_holds_is_free_again_when_it_ends_however_it_ends():
    limits = replace(LIMITS, buffered_bytes=100)
    for end in (
        lambda driven, stream: driven.connection.answer(stream.number, stream.request, HEAD_FRAME, b"", LAST_FRAME),
        lambda driven, stream: driven.connection.reset(stream.number, ErrorCode.CANCEL),
        lambda driven, stream: driven.send(reset(stream.number)),
    ):
        driven, (first, second) = opened(1, 3, limits=limits)
        driven.connection.hold(first, 40)
        driven.connection.hold(first, 20)
        driven.connection.hold(second, 40)
        with pytest.raises(StreamFaultError) as caught:
            driven.connection.hold(second, 1)
        assert (caught.value.code, caught.value.kind) == (ErrorCode.ENHANCE_YOUR_CALM, "buffered")
        driven.connection.hold(second, -10)
        end(driven, first)
        driven.connection.hold(first, 1000)  # it has ended: nobody keeps anything for it
        driven.connection.hold(second, 70)
        assert driven.connection._held == second.held == 100
        driven.connection.close()
        assert driven.connection._held == 0


def test_a_peer_that_takes_nothing_gets_nothing_until_it_does():
    driven, (stream,) = opened(1)
    driven.connection.pause()
    driven.connection.send(stream, b"abc")
    assert sent_on(driven, 1) == 0
    driven.connection.resume()
    assert sent_on(driven, 1) == 3


def test_what_was_reset_hears_and_says_nothing_more():
    driven, (stream,) = opened(1)
    driven.send(settings((4, 0)))
    driven.connection.send(stream, b"abc")
    driven.connection.reset(1, ErrorCode.CANCEL)
    driven.connection.output()
    assert driven.send(window(0, 10), settings((4, 100)), data(1, b"late")) == [(frames.SETTINGS, 1, 0, b"")]
    assert (stream.is_ended, driven.application.heard[-1]) == (True, ("cancelled", 1))


def test_every_answer_earns_its_peer_some_pings():
    limits = replace(LIMITS, pings=RateLimit(burst=2, per_second=0, per_call=1))
    driven = Driven(limits)
    ping = frames.frame(frames.PING, 0, 0, b"12345678")
    driven.send(ping, ping)
    for number in (1, 3):
        driven.send(headers(number), data(number, b"x", ENDED), ping)
    assert not driven.connection.is_over
    assert goaway_of(driven.send(ping)) == [ErrorCode.ENHANCE_YOUR_CALM]
