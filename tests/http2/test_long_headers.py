"""A header list that is longer than is taken costs its request; only one that is hopeless costs the connection."""

import pytest

from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.hpack import literal
from tests.http2.driving import ENDED, HEAD, Driven, data, goaway_of, headers, resets_of

BYTES = 16384


def in_pieces(stream, block, flags=0):
    """A block as clients send it that is longer than a frame."""
    pieces = [block[start : start + BYTES] for start in range(0, len(block), BYTES)]
    kinds = [(frames.HEADERS, flags), *[(frames.CONTINUATION, 0)] * (len(pieces) - 1)]
    last = len(pieces) - 1
    return b"".join(
        frames.frame(kind, flags | (frames.END_HEADERS if at == last else 0), stream, piece)
        for at, ((kind, flags), piece) in enumerate(zip(kinds, pieces, strict=True))
    )


def long(size, more=b""):
    return HEAD + literal(b"k", b"v" * size) + more


@pytest.mark.parametrize("size", [BYTES, 40_000, 200_000])
def test_a_request_with_a_long_list_is_refused_by_its_application(size):
    driven = Driven()
    answers = driven.send(in_pieces(1, long(size)), data(1, b"content", ENDED), headers(3), data(3, b"on", ENDED))
    assert driven.application.heard[0] == ("too long", 1)
    assert driven.application.heard[-1] == ("whole", 3, b"on")
    assert resets_of(answers) == [(1, ErrorCode.NO_ERROR)]  # nobody listens to its content
    assert dict(driven.faults) == {"header_list": 1}


def test_one_that_is_whole_is_answered_and_needs_no_reset():
    driven = Driven()
    assert resets_of(driven.send(in_pieces(1, long(40_000), ENDED))) == []


def test_the_table_is_in_step_behind_a_long_list():
    kept = b"\x40" + literal(b"x-after", b"here")[1:]
    driven = Driven()
    driven.send(in_pieces(1, long(40_000, kept), ENDED), headers(3, HEAD + b"\xbe", 5))
    assert driven.application.heard[1][2].fields == ()
    assert not goaway_of(driven.send(headers(5, HEAD + b"\xbe", 5)))
    assert goaway_of(driven.send(headers(7, HEAD + b"\xc0", 5))) == [ErrorCode.COMPRESSION_ERROR]


@pytest.mark.parametrize(
    "block",
    [long(300_000), HEAD + b"\x40" + literal(b"k", b"v" * 100)[1:] + b"\xbe" * 2500],
    ids=["on the wire", "decoded"],
)
def test_a_list_that_is_hopeless_ends_the_connection(block):
    assert goaway_of(Driven().send(in_pieces(1, block))) == [ErrorCode.ENHANCE_YOUR_CALM]


def test_long_lists_without_end_are_a_flood():
    sent = b"".join(in_pieces(number, long(17_000), ENDED) for number in range(1, 1000, 2))
    driven = Driven()
    assert goaway_of(driven.send(sent)) == [ErrorCode.ENHANCE_YOUR_CALM]
    assert driven.faults["long_headers"] == 1


def test_a_list_that_comes_when_no_more_streams_are_taken_is_ignored():
    driven = Driven()
    driven.connection.drain()
    driven.wait(0.1)
    driven.wait(2)
    assert driven.send(in_pieces(1, long(40_000), ENDED)) == []
