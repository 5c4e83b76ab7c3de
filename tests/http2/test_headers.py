"""A block's meaning is remembered only as long as it is right."""

import hpack as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.http2.errors import ErrorCode, StreamFaultError
from authz.http2.headers import HeaderBlocks, check_trailers, read_head
from authz.http2.hpack import HeaderDecoder, literal

START = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"x")]


def block(*fields):
    return b"".join(literal(name, value) for name, value in fields)


def said(request):
    """The fields beside those that tell what is asked for."""
    return [(field.name, field.value) for field in request.metadata]


def head(*fields):
    return read_head(HeaderDecoder(1 << 16).decode(block(*fields)))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"/a", b"/b", b"/c"]),
            st.sampled_from([b"1", b"2", b"3" * 900, b"4" * 2500]),
            st.sampled_from([b"application/grpc", b"text/plain"]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_remembered_blocks_mean_what_decoding_them_again_would(calls):
    encoder, plain = oracle.Encoder(), HeaderDecoder(1 << 16)
    blocks = HeaderBlocks(1 << 16, lambda found: found)
    for path, value, kind, is_sensitive in calls:
        fields = [*START[:2], (b":path", path), oracle.HeaderTuple(b"x-id", value), (b"content-type", kind)]
        if is_sensitive:
            fields[3] = oracle.NeverIndexedHeaderTuple(b"x-id", value)
        data = encoder.encode(fields)
        expected = read_head(plain.decode(data))
        request = blocks.find(data) or blocks.read(data)
        assert request.routed == expected
        assert (expected.path, expected.fields) == (path, ((b"content-type", kind),))
        assert said(request) == [(b"x-id", value)]


def test_the_same_bytes_mean_another_thing_after_the_table_changed():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    rest = b"\x83\x86"
    assert blocks.read(rest + b"\x44\x02/a").routed == b"/a"
    assert blocks.read(rest + b"\xbe").routed == b"/a"
    assert blocks.find(rest + b"\xbe").routed == b"/a"
    blocks.read(rest + b"\x44\x02/b")
    assert blocks.find(rest + b"\xbe") is None
    assert blocks.read(rest + b"\xbe").routed == b"/b"


def test_a_block_that_inserts_is_never_remembered():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    blocks.read(b"\x83\x86\x44\x02/a")
    assert blocks.find(b"\x83\x86\x44\x02/a") is None


def test_no_more_than_some_blocks_and_requests_are_remembered():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    for number in range(1000):
        blocks.read(block(*START, (b"content-type", b"%d" % number)))
    assert len(blocks._known) <= 256
    assert len(blocks._heads) <= 256


KEPT = b"\x83\x86\x44\x02/a"  # puts its :path into the table


def test_given_a_request_was_read_then_one_that_differs_in_other_fields_is_not_interpreted_again():
    asked = []
    blocks = HeaderBlocks(1 << 16, asked.append)
    blocks.read(KEPT + literal(b"x-id", b"first"))
    requests = [blocks.read(b"\x83\x86\xbe" + literal(b"x-id", b"%d" % number)) for number in range(3)]
    assert len(asked) == 1
    assert [said(each) for each in requests] == [[(b"x-id", b"%d" % number)] for number in range(3)]


def test_given_a_request_was_read_then_the_same_in_a_wrong_order_is_malformed():
    blocks = HeaderBlocks(1 << 16, lambda found: found)
    blocks.read(KEPT)
    with pytest.raises(StreamFaultError):
        blocks.read(b"\x83" + literal(b"x-id", b"1") + b"\x86\xbe")


@pytest.mark.parametrize("bad", [(b"x-id", b"a\0"), (b"X-Id", b"1"), (b"connection", b"close")])
def test_given_a_request_was_read_then_the_same_with_a_bad_field_is_malformed(bad):
    blocks = HeaderBlocks(1 << 16, lambda found: found)
    blocks.read(KEPT + literal(b"x-id", b"1"))
    with pytest.raises(StreamFaultError):
        blocks.read(b"\x83\x86\xbe" + literal(*bad))


def test_a_list_that_is_too_long_is_a_fault_of_its_stream():
    with pytest.raises(StreamFaultError) as caught:
        HeaderBlocks(100, lambda found: found).read(block(*START))
    assert caught.value.code is ErrorCode.ENHANCE_YOUR_CALM


@pytest.mark.parametrize(
    "fields",
    [
        START[1:],
        START[:1] + START[2:],
        START[:2],
        [*START[:2], (b":path", b"")],
        [*START, START[0]],
        [*START, (b":status", b"200")],
        [(b"a", b"b"), *START],
        [*START, (b"Upper", b"x")],
        [*START, (b"a b", b"x")],
        [*START, (b"", b"x")],
        [*START, (b"a", b" x")],
        [*START, (b"a", b"x\r\ny")],
        [*START, (b"a", b"x\0")],
        [*START, (b"connection", b"close")],
        [*START, (b"transfer-encoding", b"chunked")],
        [*START, (b"te", b"gzip")],
        [*START, (b"content-length", b"-1")],
        [*START, (b"content-length", b"1"), (b"content-length", b"2")],
    ],
)
def test_a_malformed_request_is_a_fault_of_its_stream(fields):
    with pytest.raises(StreamFaultError) as caught:
        head(*fields)
    assert caught.value.code is ErrorCode.PROTOCOL_ERROR


def test_a_request_is_read():
    found = head(*START, (b"te", b"trailers"), (b"content-length", b"12"), (b"a", b""))
    assert (found.method, found.path, found.authority, found.length) == (b"POST", b"/a", b"x", 12)
    assert found.fields == ((b"te", b"trailers"), (b"content-length", b"12"))


@pytest.mark.parametrize("field", [(b":path", b"/"), (b"UPPER", b""), (b"connection", b"x")])
def test_trailers_have_no_pseudo_or_connection_fields(field):
    with pytest.raises(StreamFaultError):
        check_trailers(HeaderDecoder(1 << 16).decode(block((b"a", b"b"), field)))
