"""Decodes header blocks with the tables of RFC 7541, and keeps the peer's dynamic table."""

import re
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from authz.http2 import huffman
from authz.http2.errors import too_much, undecodable
from authz.http2.static_table import STATIC_TABLE

TABLE_BYTES = 4096
"""The default size of a table, which this server does not change (RFC 7541, 4.2)."""
_OVERHEAD = 32  # of an entry (RFC 7541, 4.1)
FIELD_BYTES = 224
"""Memory of a field beyond its size in tables, at most: five objects, and a place in a table."""
_LONG_NAME = 64  # bytes; signs of longer names are not cached
HOP = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"))
"""Fields of HTTP/1.1 connections, which HTTP/2 forbids (RFC 9113, 8.2.2)."""
_ROUTING = HOP | {b"te", b"content-length", b"content-type", b"grpc-encoding"}
_NAME = re.compile(rb":?[!#$%&'*+\-.^_`|~0-9a-z]+")
VISIBLE = bytes(range(0x21, 0x7F))
"""Characters that are allowed anywhere in a value."""
_VALUE = re.compile(rb"(?:[^\0\r\n\t ](?:[^\0\r\n]*[^\0\r\n\t ])?)?")


class Field(NamedTuple):
    """A header field; `size` as tables count it.

    A field that affects the route of a request, or makes it malformed, has a unique `token`, negative if its characters
    are invalid (RFC 9113, 8.2.1). Other fields have 0.
    """

    name: bytes
    value: bytes
    size: int
    token: int


make = tuple.__new__
"""Makes a named tuple in half the time."""
_tokens = count(1)


@lru_cache(maxsize=256)
def _sign(name: bytes) -> int:
    """The sign of the tokens of fields with this name; 0: they have none."""
    if _NAME.fullmatch(name) is None:
        return -1
    return 1 if name in _ROUTING or name[0] == 0x3A else 0


def _field(name: bytes, value: bytes) -> Field:
    sign = _sign(name) if len(name) <= _LONG_NAME else _sign.__wrapped__(name)
    if value.translate(None, VISIBLE) and _VALUE.fullmatch(value) is None:  # the second, slower check is rarely needed
        sign = -1
    return make(Field, (name, value, len(name) + len(value) + _OVERHEAD, sign and sign * next(_tokens)))


_STATIC = [_field(b"", b""), *(_field(name, value) for name, value in STATIC_TABLE)]  # by index, from 1
_NEWEST = len(_STATIC)


class HeaderDecoder:
    """Decodes the blocks of one connection, in order. `generation` changes whenever its table does.

    Of the last block, `last` is where its last field began, and `literal_bytes` the memory of its fields that no table
    has.
    """

    def __init__(self, most_bytes: int, hopeless_bytes: int = 1 << 18) -> None:
        self._most, self._hopeless = most_bytes, hopeless_bytes
        self._table = _STATIC.copy()  # both, by index; the newest entry follows the static ones (RFC 7541, 2.3.3)
        self._size = 0
        self._capacity = TABLE_BYTES
        self.generation = self.last = self.literal_bytes = 0

    @property
    def kept(self) -> int:
        """The memory that the peer's table takes, in bytes."""
        return self._size + (len(self._table) - _NEWEST) * FIELD_BYTES

    def decode(self, block: bytes) -> list[Field] | None:
        """The fields of a block; None if their sizes exceed `most_bytes`, while the table stays in step.

        Raises:
            ConnectionFaultError: if it cannot be decoded or exceeds `hopeless_bytes`: the table is unusable after that
                (RFC 9113, 4.3 and 10.5.1).
        """
        fields: list[Field] = []
        self.literal_bytes = 0
        at, end, total, most, table = 0, len(block), 0, self._most, self._table
        while at < end:
            first, self.last = block[at], at
            if first & 0x80:
                index, at = _integer(block, at, 0x7F) if first == 0xFF else (first & 0x7F, at + 1)
                # As _entry does; most fields are indexed, and its call would double their cost.
                field = table[index] if 0 < index < len(table) else self._entry(index)
            elif first & 0xE0 == 0x20:
                if fields or total:
                    raise undecodable("a table's size changes only at the start of a block")
                capacity, at = _integer(block, at, 0x1F)
                self._resize(capacity)
                continue
            else:
                mask = 0x3F if first & 0x40 else 0x0F
                index, at = _integer(block, at, mask) if first & mask == mask else (first & mask, at + 1)
                name, at = (self._entry(index).name, at) if index else _string(block, at)
                value, at = _string(block, at)
                field = _field(name, value)
                if first & 0x40:
                    self._insert(field)
                else:
                    self.literal_bytes += field.size + FIELD_BYTES
            total += field.size
            if total <= most:
                fields.append(field)
            elif total > self._hopeless:
                raise too_much("header_list", "the header list is far too long")
        return fields if total <= most else None

    def _entry(self, index: int) -> Field:
        if not 0 < index < len(self._table):
            raise undecodable("an index is not in the table")
        return self._table[index]

    def _insert(self, field: Field) -> None:
        self.generation += 1
        self._size += field.size
        self._table.insert(_NEWEST, field)
        self._evict()

    def _resize(self, capacity: int) -> None:
        """RFC 7541, 4.2 and 6.3."""
        if capacity > TABLE_BYTES:
            raise undecodable("the table is larger than allowed")
        self.generation += 1
        self._capacity = capacity
        self._evict()

    def _evict(self) -> None:
        """RFC 7541, 4.3 and 4.4: an entry larger than the table empties it."""
        while self._size > self._capacity:
            self._size -= self._table.pop().size


def _integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
    """A number and where it ends (RFC 7541, 5.1), of at most four bytes after the first."""
    try:
        value = block[at] & mask
        at += 1
        if value < mask:
            return value, at
        for shift in (0, 7, 14, 21):
            byte = block[at]
            at += 1
            value += (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
    except IndexError:
        raise undecodable("a block ends within a number") from None
    raise undecodable("a number is too long")


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    """A string and where it ends (RFC 7541, 5.2)."""
    if at >= len(block):
        raise undecodable("a block ends before a string")
    first = block[at]
    length, at = (first & 0x7F, at + 1) if first & 0x7F < 0x7F else _integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise undecodable("a block ends within a string")
    text = block[at:end]
    return (huffman.decode(text) if first & 0x80 else text), end


def literal(name: bytes, value: bytes) -> bytes:
    """A field that is not kept in a table (RFC 7541, 6.2.2)."""
    return b"\0" + _length(len(name)) + name + _length(len(value)) + value


def _length(number: int) -> bytes:
    """The length of a string that is not coded (RFC 7541, 5.1)."""
    if number < 0x7F:
        return bytes((number,))
    number -= 0x7F
    out = bytearray((0x7F,))
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
