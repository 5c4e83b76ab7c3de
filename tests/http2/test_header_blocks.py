"""Blocks that differ in part from those before mean what decoding them would."""

import hpack as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.http2.errors import ConnectionFaultError, ErrorCode, StreamFaultError
from authz.http2.headers import HeaderBlocks, read_head
from authz.http2.hpack import HeaderDecoder, literal
from tests.http2.test_headers import KEPT, START, said

LEAD = b"\x83\x86\xbe"  # what KEPT says, by the tables alone


def calls_with(blocks, *literals):
    blocks.read(KEPT)
    return [blocks.read(LEAD + b"".join(literal(*each) for each in fields)) for fields in literals]


def test_behind_a_lead_values_are_looked_at():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    *_, spaced = calls_with(blocks, [(b"x-id", b"abc")], [(b"x-id", b"bcd")], [(b"x-id", b"a b")])
    assert said(spaced) == [(b"x-id", b"a b")]
    for bad in (b"a\0b", b"a\nb", b" ab", b"ab "):
        with pytest.raises(StreamFaultError):
            blocks.read(LEAD + literal(b"x-id", bad))


def test_behind_a_lead_fields_count_in_the_length_of_the_list():
    lead, field = sum(field.size for field in HeaderDecoder(1 << 16).decode(KEPT)), (b"x", b"1" * 17)
    blocks = HeaderBlocks(lead + 100, lambda found: found.path)
    assert len(calls_with(blocks, [field], [field], [field, field])[-1].metadata) == 2
    with pytest.raises(StreamFaultError):
        blocks.read(LEAD + literal(*field) + literal(*field) + literal(*field))


def test_behind_a_lead_the_table_keeps_what_it_should():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    blocks.read(KEPT)
    for number in range(4):
        block = said_after(number) + literal(b"x", b"%d" % number) + kept(b"y", b"%d" % number)
        assert said(blocks.read(block)) == [(b"x", b"%d" % number), (b"y", b"%d" % number)]


def test_behind_a_lead_huffmans_code_is_decoded():
    blocks, encoder = HeaderBlocks(1 << 16, lambda found: found.path), oracle.Encoder()
    blocks.read(KEPT)
    for value in (b"aaaa", b"oooo", b"aaaa", b"eeee", b"q" * 126, b"x" * 127, b"v" * 127, b"w" * 300):
        fields = [oracle.NeverIndexedHeaderTuple(b"x-id", value), oracle.NeverIndexedHeaderTuple(b"y", b"1")]
        for is_coded in (True, False, True):
            block = LEAD + encoder.encode(fields, huffman=is_coded)
            assert said(blocks.read(block)) == [(b"x-id", value), (b"y", b"1")]


def test_behind_a_lead_a_long_block_is_not_kept():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    long = [(b"x-id", b"1" * 126)] * 20
    calls_with(blocks, long[:1], long, long)
    assert list(blocks._known) == [LEAD + literal(*long[0])]


FIELDS_BEHIND = st.lists(
    st.tuples(
        st.sampled_from([b"\0", b"\0", b"\x10", b"\x40", b"\x0f", b"\x20"]),
        st.sampled_from([b"x", b"y", b"te", b"content-length", b":path", b"X", b"n" * 126, b"n" * 127, b""]),
        st.sampled_from([b"1", b"2", b"", b"a b", b" a", b"\0", b"\xc3", b"trailers", b"v" * 126, b"w" * 127]),
    ),
    max_size=3,
)


def decoded(plain, data):
    fields = plain.decode(data)
    if fields is None:
        raise StreamFaultError(ErrorCode.ENHANCE_YOUR_CALM, "header_list", "too long")
    return fields


@given(
    st.lists(st.tuples(FIELDS_BEHIND, st.sampled_from([0] * 6 + [1, 2, 3, 130]), st.binary(max_size=3)), max_size=30)
)
def test_whatever_follows_a_lead_means_what_decoding_it_would(calls):
    plain, blocks = HeaderDecoder(600), HeaderBlocks(600, lambda found: found)
    for each in (KEPT, LEAD + literal(b"x", b"0")):
        blocks.read(each)
        plain.decode(each)
    inserted = 0
    for fields, cut, more in calls:
        data = said_after(inserted) + b"".join(tag + literal(name, value)[1:] for tag, name, value in fields)
        data = data[: len(data) - cut] + more if cut else data
        try:
            expected = decoded(plain, data)
            head = read_head(expected)
        except (ConnectionFaultError, StreamFaultError) as fault:
            with pytest.raises(type(fault)):
                blocks.find(data) or blocks.read(data)
            if isinstance(fault, ConnectionFaultError):
                return
        else:
            request = blocks.find(data) or blocks.read(data)
            assert (request.routed, request.length) == (head, head.length)
            assert request.metadata == tuple(field for field in expected if not field.token)
        inserted = plain.generation - 1
        if inserted > 30:
            return


def test_a_lead_said_of_other_entries_is_another():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    calls_with(blocks, [(b"x-id", b"1")], [(b"x-id", b"2")])
    blocks.read(b"\x83\x86\x44\x02/b")
    assert blocks.read(LEAD + literal(b"x-id", b"3")).routed == b"/b"


def kept(name, value):
    """A literal that the table keeps."""
    return b"\x40" + literal(name, value)[1:]


def said_after(insertions):
    """LEAD, when so many entries follow its own."""
    return LEAD[:2] + bytes((LEAD[2] + insertions,))


def test_a_lead_means_the_same_however_many_entries_came_after_its_own():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    blocks.read(KEPT)
    requests = [blocks.read(said_after(number) + kept(b"x", b"%d" % number)) for number in range(64)]
    assert [(each.routed, said(each)) for each in requests] == [
        (b"/a", [(b"x", b"%d" % number)]) for number in range(64)
    ]


@pytest.mark.parametrize("entries", [60, 61, 62, 63, 64, 80])
def test_what_a_lead_said_is_not_taken_for_what_the_same_byte_says_many_entries_later(entries):
    """Numbers come round again; a byte can say 65 entries, and the table holds more of such short ones."""
    blocks, plain = HeaderBlocks(1 << 16, lambda found: found.path), HeaderDecoder(1 << 16)
    first = [KEPT, LEAD + kept(b"x", b"0"), b"\x83\x86\x44\x02/b", *[kept(b"x", b"") + b"\x83\x86\x84"] * entries]
    for each in first:
        blocks.fields(each) if each[0] == 0x40 else blocks.read(each)
        plain.decode(each)
    for byte in range(LEAD[2], 0xFF):
        block = LEAD[:2] + bytes((byte,)) + literal(b"y", b"1")
        try:
            expected = read_head(plain.decode(block)).path
        except (ConnectionFaultError, StreamFaultError) as error:
            with pytest.raises(type(error)):
                blocks.read(block)
        else:
            assert blocks.read(block).routed == expected


def test_a_lead_is_forgotten_when_an_entry_of_its_own_is_gone():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    calls_with(blocks, [(b"x-id", b"1")])
    blocks.read(LEAD + kept(b"x", b"9" * 4096))  # wider than the table, which is empty then
    with pytest.raises(ConnectionFaultError):
        blocks.read(said_after(1) + literal(b"x-id", b"2"))


def test_a_lead_is_forgotten_when_the_oldest_of_its_entries_is_gone():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    blocks.read(KEPT + kept(b"x-of-the-lead", b"1"))  # the path is the older one
    assert said(blocks.read(LEAD[:2] + b"\xbf\xbe" + literal(b"y", b"1")))[-1] == (b"y", b"1")
    blocks.fields(kept(b"z", b"9" * (4096 - 33 - 60)))
    with pytest.raises(ConnectionFaultError):
        blocks.read(LEAD[:2] + b"\xc0\xbf" + literal(b"y", b"2"))


def test_a_size_of_the_table_before_a_lead_is_heard_each_time():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    blocks.read(KEPT)
    narrow, widest = b"\x3f\x45", b"\x3f\xe1\x1f"
    for number in range(2):
        blocks.fields(widest)
        blocks.read(narrow + LEAD + literal(b"x-id", b"%d" % number))
    blocks.fields(kept(b"x", b"9" * 200))  # more than the table is wide now
    with pytest.raises(ConnectionFaultError):
        blocks.read(said_after(1) + literal(b"x-id", b"2"))


def test_a_name_from_the_table_is_as_good_as_new_whatever_its_value_was():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    with pytest.raises(StreamFaultError):
        blocks.read(KEPT + kept(b"x-id", b"a\0"))
    request = blocks.read(b"\x83\x86\xbf\x7e\x01b")
    assert said(request) == [(b"x-id", b"b")]
    with pytest.raises(StreamFaultError):
        blocks.read(b"\x83\x86\xc0\x7e\x02c\0")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"/a", b"/b"]),
            st.sampled_from([b"1", b"2", b"3", b"4" * 30, b"5" * 900, b"6" * 2500, b"7" * 4100]),
            st.sampled_from([b"", b"5S", b"4999u"]),
            st.booleans(),
            st.sampled_from([None] * 8 + [0, 64, 200, 4096]),
        ),
        max_size=150,
    )
)
def test_blocks_of_one_client_mean_what_decoding_them_again_would(calls):
    encoder, plain = oracle.Encoder(), HeaderDecoder(1 << 16)
    blocks = HeaderBlocks(1 << 16, lambda found: found)
    for path, trace, timeout, is_sensitive, size in calls:
        if size is not None:
            encoder.header_table_size = size
        fields = [*START[:2], (b":path", path), (b"content-type", b"application/grpc"), (b"user-agent", b"x")]
        fields += [(b"grpc-timeout", timeout)] if timeout else []
        fields += [(oracle.NeverIndexedHeaderTuple if is_sensitive else oracle.HeaderTuple)(b"traceparent", trace)]
        data = encoder.encode(fields)
        expected = plain.decode(data)
        request = blocks.find(data) or blocks.read(data)
        assert request.routed == read_head(expected)
        assert request.metadata == tuple(field for field in expected if not field.token)


def test_fields_behind_a_lead_that_tell_something_count():
    blocks = HeaderBlocks(1 << 16, lambda found: found.fields)
    kind = (b"content-type", b"text/plain")
    [*_, request] = calls_with(blocks, [(b"x-id", b"1")], [(b"x-id", b"2")], [(b"x-id", b"3"), kind])
    assert (request.routed, said(request)) == ((kind,), [(b"x-id", b"3")])
    with pytest.raises(StreamFaultError):
        blocks.read(LEAD + literal(b"x-id", b"4") + b"\x83")  # a pseudo-header field again, and late


def test_a_lead_counts_in_the_length_of_the_list():
    lead = sum(field.size for field in HeaderDecoder(1 << 16).decode(KEPT))
    blocks = HeaderBlocks(lead + 100, lambda found: found.path)
    calls_with(blocks, [(b"x-id", b"1")], [(b"x-id", b"2" * (100 - 36))])
    with pytest.raises(StreamFaultError):
        blocks.read(LEAD + literal(b"x-id", b"2" * (100 - 35)))


def test_a_tables_size_does_not_change_behind_a_lead():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    calls_with(blocks, [(b"x-id", b"1")], [(b"x-id", b"2")])
    with pytest.raises(ConnectionFaultError):
        blocks.read(LEAD + b"\x20" + literal(b"x-id", b"3"))


def test_a_stem_is_not_decoded_again_when_another_value_of_the_same_length_follows(monkeypatch):
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    calls_with(blocks, [(b"x", b"1"), (b"traceparent", b"00-aa-01")])
    monkeypatch.setattr(blocks, "_decoder", None)
    request = blocks.read(LEAD + literal(b"x", b"1") + literal(b"traceparent", b"00-bb-01"))
    assert (request.routed, said(request)) == (b"/a", [(b"x", b"1"), (b"traceparent", b"00-bb-01")])


def test_all_behind_a_stem_is_its_value_only_if_that_is_as_long_as_the_stem_says():
    """What follows a value may be visible throughout, and yet be a field that tells something."""
    blocks = HeaderBlocks(1 << 16, lambda found: found.fields)
    kind = b"\x5f\x21" + b"k" * 0x21  # a content-type that the table keeps
    calls_with(blocks, [(b"x", b"12")], [(b"y", b"1" * len(b"12" + kind))])
    request = blocks.read(LEAD + literal(b"x", b"34") + kind)
    assert (request.routed, said(request)) == (((b"content-type", b"k" * 0x21),), [(b"x", b"34")])


def test_an_empty_value_is_no_stem_of_others():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    *_, request = calls_with(blocks, [(b"x", b"")], [(b"y", b"")], [(b"z", b"1")])
    assert said(request) == [(b"z", b"1")]


def test_no_more_than_some_stems_are_remembered():
    blocks = HeaderBlocks(1 << 16, lambda found: found.path)
    calls_with(blocks, *([(b"x-%d" % number, b"1")] for number in range(1000)))
    assert 0 < len(blocks._prefixes) <= 256


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"1", b"22", b"3" * 36, b"4" * 37, b"\xc3" * 36]),
            st.sampled_from([b"", b"", b"\x5f\x21" + b"k" * 33, b"\x44\x21/" + b"p" * 32]),
        ),
        max_size=40,
    )
)
def test_whatever_is_visible_behind_a_stem_means_what_decoding_it_would(calls):
    plain, blocks = HeaderDecoder(1 << 16), HeaderBlocks(1 << 16, lambda found: found)
    blocks.read(KEPT)
    plain.decode(KEPT)
    for value, more in calls:
        data = b"\x83\x86\x04\x02/a" + literal(b"x", value) + more
        expected = plain.decode(data)
        try:
            head = read_head(expected)
        except StreamFaultError:
            with pytest.raises(StreamFaultError):
                blocks.read(data)
        else:
            request = blocks.find(data) or blocks.read(data)
            assert request.routed == head
            assert request.metadata == tuple(field for field in expected if not field.token)
