"""What gRPC writes into HTTP/2."""

import gzip

import hpack as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.http2.grpc import Code, GrpcError, Messages, deadline_of, framed, read_metadata, read_timeout, status_block
from authz.http2.hpack import HeaderDecoder, literal


def messages_of(data, most=1000, encoding=b"identity"):
    messages = Messages(most, encoding)
    messages.buffer += data
    return messages


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(b"1S", 1), (b"20m", 0.02), (b"99999999n", 0.099999999), (b"2H", 7200), (b"3M", 180), (b"5u", 5e-6)],
)
def test_a_timeout_is_read(text, seconds):
    assert read_timeout(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", [b"", b"1", b"S", b"123456789S", b"-1S", b"1s", b"1S "])
def test_a_malformed_timeout_is_an_error(text):
    with pytest.raises(GrpcError, match="grpc-timeout"):
        read_timeout(text)


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(0, 400)))
def test_messages_come_whole_however_their_bytes_arrive(contents, cuts):
    data, messages, found, at = b"".join(map(framed, contents)), Messages(100, b"identity"), [], 0
    for cut in [*sorted(cuts), len(data)]:
        messages.buffer += data[at:cut]
        at = max(at, cut)
        while (message := messages.take()) is not None:
            found.append(message)
    assert found == contents
    assert len(messages.buffer) == 0


def test_a_compressed_message_is_expanded():
    data = gzip.compress(b"hello" * 100)
    assert messages_of(b"\1" + framed(data)[1:], 500, b"gzip").take() == b"hello" * 100


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [
        (b"\2\0\0\0\0", b"gzip", Code.INTERNAL),
        (b"\1\0\0\0\0", b"identity", Code.INTERNAL),
        (b"\1\0\0\0\1x", b"gzip", Code.INTERNAL),
        (b"\1" + framed(gzip.compress(b"x", mtime=0)[:-1])[1:], b"gzip", Code.INTERNAL),
        (b"\0\0\0\3\xe9", b"identity", Code.RESOURCE_EXHAUSTED),
        (b"\1" + framed(gzip.compress(bytes(1001), mtime=0))[1:], b"gzip", Code.RESOURCE_EXHAUSTED),
        (b"\1" + framed(gzip.compress(bytes(10_000_000), mtime=0)[:900])[1:], b"gzip", Code.RESOURCE_EXHAUSTED),
    ],
)
def test_a_message_that_cannot_be_read_is_an_error(data, encoding, code):
    with pytest.raises(GrpcError) as caught:
        messages_of(data, 1000, encoding).take()
    assert caught.value.code == code


def test_a_status_is_percent_encoded_and_binary_values_are_base64():
    block = status_block(9, "100 % ü\n", (("a-bin", b"\0\xff"), ("b", "plain")))
    assert [tuple(field) for field in oracle.Decoder().decode(block, raw=True)] == [
        (b"grpc-status", b"9"),
        (b"grpc-message", b"100 %25 %C3%BC%0A"),
        (b"a-bin", b"AP8"),
        (b"b", b"plain"),
    ]


def fields(*pairs):
    return tuple(HeaderDecoder(1 << 16).decode(b"".join(literal(*pair) for pair in pairs)))


def test_metadata_is_what_the_caller_added():
    found = fields((b"grpc-timeout", b"1S"), (b"a", b"b"), (b"c-bin", b"AP8,AA=="))
    assert read_metadata(found) == (("a", "b"), ("c-bin", b"\0\xff"), ("c-bin", b"\0"))
    assert deadline_of(found) == 1.0


def test_a_caller_may_set_no_deadline():
    assert deadline_of(fields((b"a", b"b"))) is None


def test_a_deadline_that_has_passed_ends_the_call():
    with pytest.raises(GrpcError) as caught:
        deadline_of(fields((b"grpc-timeout", b"0n")))
    assert caught.value.code == Code.DEADLINE_EXCEEDED


def test_metadata_that_is_no_base64_is_an_error():
    with pytest.raises(GrpcError, match="c-bin"):
        read_metadata(fields((b"c-bin", b"A")))
