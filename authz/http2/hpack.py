"""Header blocks decoded with the tables of RFC 7541; the peer's dynamic table lives here."""

import re
from typing import NamedTuple

from hpack.table import HeaderTable

from authz.http2 import huffman
from authz.http2.errors import ConnectionFaultError, ErrorCode, too_much

TABLE_BYTES = 4096
"""The size of a table that nobody announced otherwise, as we do not (RFC 7541, 4.2)."""
_HOPELESS = 4  # times the longest list: one that goes on is a bomb, and decoding it to its end would cost too much
_OVERHEAD = 32  # of an entry (RFC 7541, 4.1)
_REMEMBERED, _SHORT = 256, 64  # names, and their bytes
HOP = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"))
"""Fields of HTTP/1.1 connections, which may not be said here (RFC 9113, 8.2.2)."""
_TELLING = HOP | {b"te", b"content-length", b"content-type", b"grpc-encoding"}
_NAME = re.compile(rb":?[!#$%&'*+\-.^_`|~0-9a-z]+")
VISIBLE = bytes(range(0x21, 0x7F))
"""Characters that may stand anywhere in a value."""
_VALUE = re.compile(rb"(?:[^\0\r\n\t ](?:[^\0\r\n]*[^\0\r\n\t ])?)?")


class Field(NamedTuple):
    """A header field; `size` as tables count it; whether its characters are allowed (RFC 9113, 8.2.1).

    One that `is_telling` is part of what a request means: it leads to a method, or makes the request malformed.
    """

    name: bytes
    value: bytes
    size: int
    is_valid: bool
    is_telling: bool


_make = tuple.__new__  # what a named tuple calls in the end, at half the price
_names: dict[bytes, bool] = {}  # valid ones that were met, and whether fields of theirs are telling


def _is_telling(name: bytes) -> bool | None:
    """None if the name is not valid."""
    if _NAME.fullmatch(name) is None:
        return None
    is_telling = name in _TELLING or name[0] == 0x3A
    if len(_names) < _REMEMBERED and len(name) <= _SHORT:
        _names[name] = is_telling
    return is_telling


def _field(name: bytes, value: bytes) -> Field:
    is_telling = _names[name] if name in _names else _is_telling(name)
    is_visible = not value.translate(None, VISIBLE)  # nearly all are, and this is a fifth of the price
    is_valid = is_telling is not None and (is_visible or _VALUE.fullmatch(value) is not None)
    return _make(Field, (name, value, len(name) + len(value) + _OVERHEAD, is_valid, not is_valid or is_telling))


_STATIC = tuple(_field(name, value) for name, value in HeaderTable.STATIC_TABLE)
NEWEST = 0x80 + len(_STATIC) + 1
"""How the newest entry is said as a field; those before follow, `NEAR` of them in a byte each (RFC 7541, 6.1)."""
NEAR = 0xFF - NEWEST
_NUMBERED = [
    bytes(NEWEST + (newest + NEWEST - byte) % NEAR if NEWEST <= byte < 0xFF else byte for byte in range(256))
    for newest in range(NEAR)
]


class HeaderDecoder:
    """Decodes the blocks of one connection, in their order. `generation` tells the states of its table apart.

    A block that was decoded without a new generation means the same until there is one. `newest` is the number of the
    newest entry, counted from 1, and `near` of them are said in a byte each. Translated by `numbering`, such bytes say
    their numbers, modulo `NEAR`.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._entries: list[Field] = []  # the newest last
        self._size = 0
        self._capacity = TABLE_BYTES
        self.generation = self.newest = self.near = 0
        self.numbering = _NUMBERED[0]
        self.lead = 0, 0, 0

    def decode(self, block: bytes, at: int = 0, total: int = 0) -> list[Field] | None:
        """The fields of a block, or None if together they are longer than `most_bytes`.

        Those before `at` may have been decoded before, with `total` bytes in the list. `lead` is then how far it goes
        without a literal: how many bytes of the block, fields, and bytes of the list.

        Raises:
            ConnectionFaultError: if it cannot be decoded, or will not be, being several times longer than `most_bytes`:
                the table is of no use after that (RFC 9113, 4.3 and 10.5.1).
        """
        fields: list[Field] = []
        end, most, entries = len(block), self._most, self._entries
        self.lead = 0, 0, 0
        while at < end:
            first = block[at]
            if first & 0x80:
                index, at = _integer(block, at, 0x7F) if first == 0xFF else (first & 0x7F, at + 1)
                # As _entry does, whose call would cost as much again: most of what a block says is said so.
                field = entries[61 - index] if 61 < index <= 61 + len(entries) else self._entry(index)
            elif first & 0xE0 == 0x20:
                if fields or total:
                    raise _broken("a table's size changes only at the start of a block")
                capacity, at = _integer(block, at, 0x1F)
                self._resize(capacity)
                continue
            else:
                if not self.lead[0]:
                    self.lead = at, len(fields), total
                mask = 0x3F if first & 0x40 else 0x0F
                index, at = _integer(block, at, mask) if first & mask == mask else (first & mask, at + 1)
                if index:
                    name = self._entry(index).name
                else:
                    name, at = _string(block, at)
                value, at = _string(block, at)
                field = _field(name, value)
                if first & 0x40:
                    self._insert(field)
            total += field.size
            if total <= most:
                fields.append(field)
            elif total > most * _HOPELESS:
                raise too_much("header_list", "the header list is far too long")
        return fields if total <= most else None

    def _entry(self, index: int) -> Field:
        """By its index over both tables (RFC 7541, 2.3.3)."""
        if 0 < index <= 61:
            return _STATIC[index - 1]
        if not 61 < index <= 61 + len(self._entries):
            raise _broken("an index points at nothing")
        return self._entries[61 - index]

    def _insert(self, field: Field) -> None:
        self.generation += 1
        self.newest += 1
        self.numbering = _NUMBERED[self.newest % NEAR]
        self._size += field.size
        self._entries.append(field)
        self._evict()

    def _resize(self, capacity: int) -> None:
        """RFC 7541, 4.2 and 6.3."""
        if capacity > TABLE_BYTES:
            raise _broken("the table is wider than was allowed")
        self.generation += 1
        self._capacity = capacity
        self._evict()

    def _evict(self) -> None:
        """RFC 7541, 4.3 and 4.4: an entry wider than the table empties it."""
        while self._size > self._capacity:
            self._size -= self._entries.pop(0).size
        self.near = min(len(self._entries), NEAR)


def _integer(block: bytes, at: int, mask: int) -> tuple[int, int]:
    """A number and where it ends (RFC 7541, 5.1); none of those needed here takes more than four bytes more."""
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
        raise _broken("a block ends within a number") from None
    raise _broken("a number is too long")


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    """A string and where it ends (RFC 7541, 5.2)."""
    if at >= len(block):
        raise _broken("a block ends before a string")
    first = block[at]
    length, at = (first & 0x7F, at + 1) if first & 0x7F < 0x7F else _integer(block, at, 0x7F)
    end = at + length
    if end > len(block):
        raise _broken("a block ends within a string")
    text = block[at:end]
    return (huffman.decode(text) if first & 0x80 else text), end


def _broken(reason: str) -> ConnectionFaultError:
    return ConnectionFaultError(ErrorCode.COMPRESSION_ERROR, "compression", reason)


def literal(name: bytes, value: bytes) -> bytes:
    """A field that no table keeps (RFC 7541, 6.2.2): it can be sent at any time, to any peer."""
    return b"\0" + _length(name) + name + _length(value) + value


def _length(text: bytes) -> bytes:
    size = len(text)
    if size < 0x7F:
        return bytes((size,))
    size -= 0x7F
    found = bytearray((0x7F,))
    while size >= 0x80:
        found.append(size & 0x7F | 0x80)
        size >>= 7
    found.append(size)
    return bytes(found)
