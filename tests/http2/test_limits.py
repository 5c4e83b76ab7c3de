"""What a peer may cost, and what becomes of one that costs more."""

from dataclasses import replace

import pytest

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Budget, RateLimit
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
    window,
)

LIMITS = DEFAULT_HTTP2_LIMITS


def flood(pieces):
    return {
        "pings": [frames.frame(frames.PING, 0, 0, bytes(8))] * pieces,
        "settings": [settings()] * pieces,
        "resets": [headers(n) + reset(n) for n in range(1, 2 * pieces, 2)],
        "provoked_resets": [headers(n, literal(b"a", b"b")) for n in range(1, 2 * pieces, 2)],
        "window_updates": [headers(1), *[window(1, 1)] * pieces],
        "empty_frames": [headers(1), *[data(1)] * pieces],
        "continuations": [headers(1, b"", 0), *[frames.frame(frames.CONTINUATION, 0, 1)] * pieces],
        "refusals": [headers(n) for n in range(1, 2 * pieces, 2)],
    }


FLOODS = flood(20_000)


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_ends_the_connection_and_is_counted(kind):
    driven = Driven(answers=False)
    assert goaway_of(driven.send(*FLOODS[kind])) == [ErrorCode.ENHANCE_YOUR_CALM]
    assert driven.faults[kind] == 1


@pytest.mark.parametrize("sent", [frames.frame(99, 0, 0), frames.frame(frames.PRIORITY, 0, 1, bytes(5))])
def test_frames_that_say_nothing_are_bounded(sent):
    driven = Driven()
    assert goaway_of(driven.send(sent * 1000)) == [ErrorCode.ENHANCE_YOUR_CALM]


@pytest.mark.parametrize("kind", [kind for kind in FLOODS if kind not in {"continuations", "refusals"}])
def test_a_few_of_them_are_no_flood(kind):
    assert goaway_of(Driven().send(*flood(20)[kind])) == []


def test_a_header_block_has_a_longest_size():
    driven = Driven()
    pieces = frames.frame(frames.CONTINUATION, 0, 1, bytes(16384))
    assert goaway_of(driven.send(headers(1, HEAD, 0), pieces * 16)) == [ErrorCode.ENHANCE_YOUR_CALM]


def test_more_streams_than_announced_are_refused():
    driven = Driven(replace(LIMITS, concurrent_streams=2))
    assert resets_of(driven.send(headers(1), headers(3), headers(5))) == [(5, ErrorCode.REFUSED_STREAM)]
    driven.send(data(1, b"x", ENDED))
    assert resets_of(driven.send(headers(7))) == []


def test_a_budget_earns_with_time_and_with_answered_calls():
    budget = Budget(RateLimit(2, 1, 0.5), 0.0)
    assert [budget.spend(0.0, 0) for _ in range(3)] == [True, True, False]
    assert budget.spend(2.0, 0)
    assert not budget.spend(2.0, 0)
    assert budget.spend(2.0, 4)


def test_what_is_held_is_bounded():
    driven = Driven(replace(LIMITS, buffered_bytes=100), answers=False)
    driven.send(headers(1))
    (stream,) = driven.connection._streams.values()
    driven.connection.hold(stream, 100)
    with pytest.raises(Exception, match="too much content"):
        driven.connection.hold(stream, 1)
    driven.send(reset(1))
    assert driven.connection._held == 0


def test_a_peer_that_says_nothing_is_let_go():
    driven = Driven(greeting=b"")
    assert driven.wait(5)
    assert goaway_of(driven.wait(LIMITS.greeting_seconds)) == [ErrorCode.SETTINGS_TIMEOUT]


def test_a_connection_without_calls_is_let_go():
    driven = Driven()
    driven.send(headers(1), data(1, b"x", ENDED))
    driven.wait(1)
    assert goaway_of(driven.wait(LIMITS.idle_seconds - 1)) == []
    assert goaway_of(driven.wait(2)) == [ErrorCode.NO_ERROR]
    assert content_of(driven.send(headers(3), data(3, b"just in time", ENDED)), 3) == b"just in time"
    assert goaway_of(driven.wait(1) + driven.wait(2)) == [ErrorCode.NO_ERROR]
    driven.wait(1)
    assert driven.connection.is_over
    assert driven.wait(1) == []
    assert driven.faults["idle"] == 1


def test_a_slow_writer_is_let_go():
    driven = Driven()
    driven.send(headers(1), data(1, b"x"))
    driven.wait(1)
    assert resets_of(driven.wait(LIMITS.request_seconds + 1)) == [(1, ErrorCode.CANCEL)]
    assert driven.faults["slow_writer"] == 1


def test_a_slow_reader_is_let_go_unless_it_takes_something():
    driven = Driven(greeting=frames.PREFACE + settings((4, 1)))
    driven.send(headers(1), data(1, b"abc", ENDED))
    driven.wait(1)
    driven.wait(LIMITS.stall_seconds - 1)
    driven.send(window(1, 1))
    assert resets_of(driven.wait(2)) == []
    assert resets_of(driven.wait(LIMITS.stall_seconds + 1)) == [(1, ErrorCode.CANCEL)]
    assert driven.faults["slow_reader"] == 1


def test_a_peer_may_say_something_about_every_piece_of_a_long_answer():
    driven = Driven(answers=False)
    driven.send(headers(1, HEAD, frames.END_HEADERS))
    stream = driven.connection._streams[1]
    for _ in range(20_000):
        driven.connection.send(stream, b"piece")
        assert not goaway_of(driven.send(window(1, 5), window(0, 5)))
    assert len(driven.connection._streams) == 1
