"""What a peer's header blocks make a connection keep is bounded, and counted as what it really takes."""

import gc
import tracemalloc

import pytest

from authz.http2 import hpack
from authz.http2.connection import Connection
from authz.http2.headers import HeaderBlocks
from authz.http2.hpack import HeaderDecoder, literal
from tests.http2.driving import HEAD, Driven, headers, split
from tests.http2.test_headers import KEPT

UNPROVEN, PROVEN = 4096, 65536
TABLE = 4096 + 124 * hpack.FIELD_BYTES  # as wide as it may be, of the shortest entries


def kept_entry(name, value):
    return b"\x40" + literal(name, value)[1:]


ENTRIES = {
    "shortest": lambda number: kept_entry(b"k", b"%d" % (number % 10)),
    "short": lambda number: kept_entry(b"k%02d" % (number % 100), b"%03d" % number),
    "telling": lambda number: kept_entry(b"te", b"%d" % number),
    "long": lambda number: kept_entry(b"key", b"%0100d" % number),
}
BLOCKS = {
    "with values of their own": lambda number: HEAD + literal(b"x", b"%d" % number),
    "with many fields": lambda number: HEAD + literal(b"x", b"%d" % number) * 20,
    "with long values": lambda number: HEAD + literal(b"x", b"%0100d" % number) * 10,
    "with long paths": lambda number: HEAD[:2] + literal(b":path", b"/%0120d" % number) + HEAD[3:],
    "with heads of their own": lambda number: HEAD + literal(b"grpc-encoding", b"%d" % number),
    "with long encodings": lambda number: HEAD + literal(b"grpc-encoding", b"%0120d" % number),
}


def memory(make):
    """What `make` returns, and the bytes that it takes."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        return made, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def filled(blocks, block_of, answered):
    for number in range(2000):
        blocks.read(block_of(number), answered)
    return blocks


@pytest.mark.parametrize("block_of", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize(("answered", "most"), [(0, UNPROVEN), (10**6, PROVEN)], ids=["unproven", "proven"])
def test_what_is_remembered_of_blocks_is_bounded_and_counted(block_of, answered, most):
    filled(HeaderBlocks(1 << 16, lambda head: head), block_of, answered)  # what all connections share is there
    blocks, size = memory(lambda: filled(HeaderBlocks(1 << 16, lambda head: head), block_of, answered))
    empty = memory(lambda: HeaderBlocks(1 << 16, lambda head: head))[1]
    assert 0 < blocks.kept <= most
    assert size - empty <= 1.1 * blocks.kept + 1000  # dictionaries grow in steps


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_a_peers_table_is_counted_as_what_it_takes(entry):
    def full():
        decoder = HeaderDecoder(1 << 16)
        for number in range(500):
            decoder.decode(entry(number))
        return decoder

    full()
    decoder, size = memory(full)
    empty = memory(lambda: HeaderDecoder(1 << 16))[1]
    assert 0 < size - empty <= decoder.kept <= TABLE


def test_a_connection_earns_room_by_answers():
    blocks = HeaderBlocks(1 << 16, lambda head: head)
    blocks.read(KEPT)
    few = max(filled(blocks, BLOCKS["with values of their own"], 0).kept for _ in range(3))
    more = max(filled(blocks, BLOCKS["with values of their own"], 200).kept for _ in range(3))
    assert few < more < few + 200 * 64 + UNPROVEN


def test_names_that_are_long_leave_nothing_behind():
    def name(number):
        return literal(b"%d" % number + b"n" * 16_000, b"")

    HeaderDecoder(1 << 20).decode(name(0))

    def decode():
        for number in range(300):
            HeaderDecoder(1 << 20).decode(name(number))

    assert memory(decode)[1] < 100_000


def test_blocks_count_in_the_weight_of_a_connection_until_they_are_forgotten():
    driven = Driven()
    light = driven.connection.weigh()
    for number in range(1, 200, 2):
        driven.send(headers(number, HEAD + kept_entry(b"k%d" % number, b"v"), 5))
    heavy = driven.connection.weigh()
    assert heavy - light > 50 * hpack.FIELD_BYTES
    driven.connection.forget_blocks()
    assert light < driven.connection.weigh() <= heavy


def test_an_answer_that_is_given_at_once_is_given_to_a_block_that_was_forgotten():
    driven = Driven()
    for number in (1, 3, 5):
        assert len(driven.send(headers(number, HEAD, 5))) == 3
        driven.connection.forget_blocks()
    assert isinstance(driven.connection, Connection)
    assert split(driven.connection.output()) == []
