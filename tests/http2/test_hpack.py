"""Header blocks mean what RFC 7541 says, with the hpack library as the oracle."""

import hpack as oracle
import pytest
from hpack.hpack import encode_integer
from hpack.huffman_table import decode_huffman
from hypothesis import given
from hypothesis import strategies as st

from authz.http2 import huffman
from authz.http2.errors import ConnectionFaultError, ErrorCode
from authz.http2.hpack import HeaderDecoder, literal

NAMES = st.sampled_from([b":path", b":method", b"content-type", b"te", b"x-a", b"traceparent", b"user-agent"])
FIELDS = st.lists(st.tuples(NAMES, st.binary(max_size=60)), max_size=12)


def pairs(fields):
    return [(field.name, field.value) for field in fields]


@given(st.lists(st.tuples(FIELDS, st.booleans(), st.none() | st.integers(0, 4096)), max_size=12))
def test_any_sequence_of_blocks_decodes_to_what_was_encoded(blocks):
    encoder, decoder = oracle.Encoder(), HeaderDecoder(1 << 20)
    for fields, is_huffman, table in blocks:
        if table is not None:
            encoder.header_table_size = table
        assert pairs(decoder.decode(encoder.encode(fields, huffman=is_huffman))) == fields


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_random_bytes_are_refused_or_decode_as_the_oracle_does(blocks):
    decoder, other = HeaderDecoder(1 << 20), oracle.Decoder()
    other.max_allowed_table_size = 4096
    for block in blocks:
        try:
            found = pairs(decoder.decode(block))
        except ConnectionFaultError:
            return
        assert found == [tuple(field) for field in other.decode(block, raw=True)]


@given(st.binary(max_size=200))
def test_huffman_strings_decode_to_what_was_encoded(text):
    assert huffman.decode(oracle.Encoder().huffman_coder.encode(text)) == text


def decoded_by(decode, text):
    try:
        return decode(text)
    except (ConnectionFaultError, oracle.HPACKDecodingError):
        return "refused"


@given(st.builds(bytes.__add__, st.sampled_from([b"", *(b"\xff" * count for count in range(1, 6))]), st.binary()))
def test_any_bytes_are_refused_or_decode_as_the_table_of_the_library_does(text):
    assert decoded_by(huffman.decode, text) == decoded_by(decode_huffman, text)


def test_every_symbol_decodes_alone():
    for symbol in range(256):
        text = bytes((symbol,))
        assert huffman.decode(oracle.Encoder().huffman_coder.encode(text)) == text


@pytest.mark.parametrize("length", [0, 1, 126, 127, 128, 254, 255, 256, 16510, 16511, 100_000])
def test_a_field_of_any_length_is_written_as_the_library_would(length):
    value = b"v" * length
    expected = b"\0" + b"\1n" + bytes(encode_integer(length, 7)) + value
    assert literal(b"n", value) == expected
    assert pairs(HeaderDecoder(1 << 20).decode(expected)) == [(b"n", value)]


def test_the_examples_of_rfc_7541_c_4_decode():
    decoder = HeaderDecoder(1 << 20)
    decoder.decode(bytes.fromhex("828684418cf1e3c2e5f23a6ba0ab90f4ff"))
    decoder.decode(bytes.fromhex("828684be5886a8eb10649cbf"))
    third = decoder.decode(bytes.fromhex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
    assert pairs(third)[-2:] == [(b":authority", b"www.example.com"), (b"custom-key", b"custom-value")]


@pytest.mark.parametrize(
    "block",
    [
        b"\x80",  # index 0
        b"\xbe",  # a dynamic entry that is not there
        b"\xff",  # a number that is cut off
        b"\xff\x80\x80\x80\x80\x01",  # one that is too long
        b"\x40",  # no name
        b"\x40\x01a",  # no value
        b"\x40\x05a",  # a name that is cut off
        b"\x82\x20",  # a size at the end
        b"\x3f\xe2\x1f",  # 4097 bytes
        b"\x00\x81\xff\x00",  # padding of eight bits
        b"\x00\x81\x00\x00",  # padding of zeros
        b"\x00\x84\xff\xff\xff\xff\x00",  # EOS
    ],
)
def test_a_broken_block_is_a_compression_error(block):
    with pytest.raises(ConnectionFaultError) as caught:
        HeaderDecoder(1 << 20).decode(block)
    assert caught.value.code is ErrorCode.COMPRESSION_ERROR


def test_an_entry_wider_than_the_table_empties_it():
    decoder = HeaderDecoder(1 << 20)
    decoder.decode(b"\x40\x01a\x01b")
    decoder.decode(oracle.Encoder().encode([(b"x", b"y" * 5000)], huffman=False))
    with pytest.raises(ConnectionFaultError):
        decoder.decode(b"\xbe")


def test_entries_that_fill_the_table_to_its_last_byte_stay_until_there_are_more():
    decoder = HeaderDecoder(1 << 20)
    decoder.decode((b"\x40\x01a\x1f" + b"b" * 31) * 64)  # of 64 bytes each
    assert pairs(decoder.decode(b"\xfd")) == [(b"a", b"b" * 31)]
    decoder.decode(b"\x40\x01c\x00")
    decoder.decode(b"\xfd")
    with pytest.raises(ConnectionFaultError):
        decoder.decode(b"\xfe")


def test_a_list_that_grows_too_long_is_none_but_the_table_stays_right():
    decoder = HeaderDecoder(100)
    assert decoder.decode(b"\x40\x01a\x01b" + b"\xbe" * 8) is None
    assert pairs(decoder.decode(b"\xbe")) == [(b"a", b"b")]


def test_a_bomb_is_not_decoded_to_its_end():
    decoder = HeaderDecoder(100)
    with pytest.raises(ConnectionFaultError) as caught:
        decoder.decode(b"\x40\x01a\x01b" + b"\xbe" * 10_000)
    assert caught.value.code is ErrorCode.ENHANCE_YOUR_CALM


@given(st.binary(min_size=1, max_size=300), st.binary(max_size=300))
def test_literals_are_read_by_the_oracle(name, value):
    assert [tuple(field) for field in oracle.Decoder().decode(literal(name, value), raw=True)] == [(name, value)]
