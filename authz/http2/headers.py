"""What a header block says of a request (RFC 9113, 8.2 and 8.3), remembered while the tables stand still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from authz.http2.errors import ErrorCode, StreamFaultError, malformed
from authz.http2.hpack import HOP, NEWEST, VISIBLE, Field, HeaderDecoder, literal

_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_REMEMBERED = 256  # blocks of one connection, and requests
_LEADS = 16  # of blocks: clients say one for each method
_LONGEST = 2048  # bytes of a block that is remembered
_AROUND = 3  # bytes of a field beside its texts: how it is said, and two lengths
_UNKEPT = b"\0", b"\x10"  # literals of new names that no table keeps (RFC 7541, 6.2.2 and 6.2.3)
_make = tuple.__new__  # what a named tuple calls in the end, at half the price

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What the start of a request tells; `fields` are the telling ones, `length` is its content-length or -1."""

    method: bytes
    path: bytes
    authority: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    length: int = -1


def read_head(fields: list[Field]) -> RequestHead:
    """The request that fields start.

    Raises:
        StreamFaultError: if they start none.
    """
    pseudo: dict[bytes, bytes] = {}
    plain: list[tuple[bytes, bytes]] = []
    length, is_late = -1, False
    for name, value, _, is_valid, is_telling in fields:
        if not is_valid:
            raise malformed("a field has characters that it may not have")
        if name[0] == 0x3A:
            if is_late or name in pseudo or name not in _PSEUDO:
                raise malformed("a pseudo-header field is unknown, repeated or late")
            pseudo[name] = value
            continue
        is_late = True
        if name in HOP or (name == b"te" and value.lower() != b"trailers"):
            raise malformed("a field belongs to HTTP/1.1 connections")
        if name == b"content-length":
            length = _length(value, length)
        if is_telling:
            plain.append((name, value))
    path = pseudo.get(b":path")
    if not path or b":method" not in pseudo or not pseudo.get(b":scheme"):
        raise malformed("a request needs :method, :scheme and :path")
    return RequestHead(pseudo[b":method"], path, pseudo.get(b":authority", b""), tuple(plain), length)


def _length(value: bytes, before: int) -> int:
    if not value.isdigit() or len(value) > 15 or before not in (-1, int(value)):
        raise malformed("content-length is no number, or two")
    return int(value)


def check_trailers(fields: list[Field]) -> None:
    """Fields after the content.

    Raises:
        StreamFaultError: if they are none that may stand there (RFC 9113, 8.1).
    """
    for field in fields:
        if not field.is_valid or field.name[0] == 0x3A or field.name in HOP:
            raise malformed("a field may not stand in trailers")


class Opening(NamedTuple, Generic[Meaning]):
    """How a request begins: what it means, its content-length or -1, and the fields that tell nothing of that."""

    meaning: Meaning
    length: int
    metadata: tuple[Field, ...]


class _Lead(NamedTuple, Generic[Meaning]):
    """How a block starts that ends with literals: `size` counts its fields' bytes, and `opening` is of them alone.

    `oldest` is the number of the entry that leaves the table first of all that it says.
    """

    oldest: int
    fields: list[Field]
    size: int
    opening: Opening[Meaning]


class HeaderBlocks(Generic[Meaning]):
    """The meanings of a connection's request blocks, by `interpret`.

    A block is looked up as bytes, and only while the table is as it was when the block was decoded, which changed
    nothing in it: so its meaning cannot have changed either, and skipping its decoding skips no change. The same holds
    for the lead of a block, if nothing behind it tells anything; it is looked up by the numbers of its entries, so that
    more of them change nothing as long as its own are there. Fields behind it that no table keeps are known by sight,
    by all that is before their values. Of other blocks the telling fields are looked up, by their identity, which is
    theirs as long as they are kept here.
    """

    def __init__(self, most_bytes: int, interpret: Callable[[RequestHead], Meaning]) -> None:
        self._decoder = HeaderDecoder(most_bytes)
        self._most = most_bytes
        self._interpret = interpret
        self._known: dict[bytes, Opening[Meaning]] = {}
        self._heads: dict[tuple[int, ...], tuple[list[Field], Meaning, int]] = {}
        self._leads: dict[bytes, _Lead[Meaning]] = {}
        self._lead_bytes = 0
        self._forms: dict[bytes, tuple[bytes, int, int]] = {}  # name, bytes of the value, and bytes in the list
        self._generation = 0
        self.find = self._known.get
        """How the request of a known block begins, or None; then it must be `read`."""

    def fields(self, block: bytes, at: int = 0, size: int = 0) -> list[Field]:
        """Decode a block, which may change the table; `at` and `size` as HeaderDecoder has them.

        Raises:
            ConnectionFaultError: if it cannot be decoded.
            StreamFaultError: if it is too long.
        """
        fields = self._decoder.decode(block, at, size)
        if self._decoder.generation != self._generation:
            self._generation = self._decoder.generation
            self._known.clear()
            is_repeatable = False
        else:
            is_repeatable = len(block) <= _LONGEST
        self._is_repeatable = is_repeatable
        if fields is None:
            raise StreamFaultError(ErrorCode.ENHANCE_YOUR_CALM, "header_list", "the header list is too long")
        return fields

    def read(self, block: bytes) -> Opening[Meaning]:
        """How a request begins.

        Raises:
            ConnectionFaultError: if the block cannot be decoded.
            StreamFaultError: if it starts no request.
        """
        decoder = self._decoder
        lead = self._leads.get(block[: self._lead_bytes].translate(decoder.numbering))
        if lead is None or decoder.newest - lead.oldest >= decoder.near:
            numbering, newest = decoder.numbering, decoder.newest
            fields = self.fields(block)
            opening = self._open(fields)
            self._keep_lead(block, fields, opening, numbering, newest)
        else:
            opening = self._read_on(block, lead)
        if self._is_repeatable:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[block] = opening
        return opening

    def _read_on(self, block: bytes, lead: _Lead[Meaning]) -> Opening[Meaning]:
        """A request whose lead is known, from there."""
        at = self._lead_bytes
        is_unkept = block[at : at + 1] in _UNKEPT
        if is_unkept and (opening := self._by_sight(block, lead)) is not None:
            return opening
        rest = self.fields(block, at, lead.size)
        if [field for field in rest if field.is_telling]:
            return self._open(lead.fields + rest)
        if is_unkept:
            self._learn(block, rest)
        meaning, length, metadata = lead.opening
        return _make(Opening, (meaning, length, metadata + tuple(rest)))

    def _by_sight(self, block: bytes, lead: _Lead[Meaning]) -> Opening[Meaning] | None:
        """If nothing follows its lead but forms that were met, and values that are plainly visible."""
        at, end, size = self._lead_bytes, len(block) - _AROUND, lead.size
        opening = lead.opening
        metadata = opening.metadata
        while at <= end:
            start = at + block[at + 1] + _AROUND
            form = self._forms.get(block[at:start])
            if form is None:
                return None
            name, length, counted = form
            at = start + length
            value = block[start:at]
            if value.translate(None, VISIBLE):
                return None
            size += counted
            metadata += (_make(Field, (name, value, counted, True, False)),)
        if at != len(block) or size > self._most:
            return None
        self._is_repeatable = at <= _LONGEST
        return _make(Opening, (opening.meaning, opening.length, metadata))

    def _learn(self, block: bytes, fields: list[Field]) -> None:
        """Forms of fields behind a lead: as they are written without Huffman's code."""
        at = self._lead_bytes
        for name, value, size, *_ in fields:
            if block[at : at + 1] not in _UNKEPT:
                return
            written, start = literal(name, value), at + len(name) + _AROUND
            end = at + len(written)
            if block[at + 1 : end] != written[1:] or end != start + len(value):
                return
            if len(self._forms) < _REMEMBERED:
                self._forms[block[at:start]] = name, len(value), size
            at = end

    def _open(self, fields: list[Field]) -> Opening[Meaning]:
        key = tuple([id(field) if field.is_telling else 0 for field in fields])
        _, meaning, length = self._heads.get(key) or self._read_head(key, fields)
        return Opening(meaning, length, tuple([field for field in fields if not field.is_telling]))

    def _keep_lead(
        self, block: bytes, fields: list[Field], opening: Opening[Meaning], numbering: bytes, newest: int
    ) -> None:
        """If nothing tells what is asked for but what stands before the first literal, a byte for each field."""
        at, count, size = self._decoder.lead
        if not 0 < at == count or any(field.is_telling for field in fields[count:]):
            return
        if len(self._leads) >= _LEADS:
            self._leads.clear()
        self._lead_bytes = at
        led = fields[:count]
        metadata = tuple([field for field in led if not field.is_telling])
        oldest = newest + NEWEST - max(NEWEST, *block[:at])
        alone = Opening(opening.meaning, opening.length, metadata)
        self._leads[block[:at].translate(numbering)] = _Lead(oldest, led, size, alone)

    def _read_head(self, key: tuple[int, ...], fields: list[Field]) -> tuple[list[Field], Meaning, int]:
        head = read_head(fields)
        if len(self._heads) >= _REMEMBERED:
            self._heads.clear()
        telling = [field for field in fields if field.is_telling]
        found = self._heads[key] = telling, self._interpret(head), head.length
        return found
