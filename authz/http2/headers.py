"""Requests read from header blocks (RFC 9113, 8.2 and 8.3), remembered while the table does not change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from authz.http2.errors import HeaderListError, malformed
from authz.http2.hpack import HOP, VISIBLE, Field, HeaderDecoder, literal, make

_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_FIRST_BYTES = 4096  # remembered for a connection before its first answer
_EARNED_BYTES = 64  # more for every answer
_MOST_BYTES = 65536
_ENTRY_BYTES = 400  # of a remembered block or head, without its fields

Routed = TypeVar("Routed")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of a request; `fields` are those with a token, `length` is its content-length or -1."""

    method: bytes
    path: bytes
    authority: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    length: int = -1


def read_head(fields: list[Field]) -> RequestHead:
    """Read the head of a request.

    Raises:
        StreamFaultError: if it is malformed.
    """
    pseudo: dict[bytes, bytes] = {}
    plain: list[tuple[bytes, bytes]] = []
    length, is_late = -1, False
    for name, value, _, token in fields:
        if token < 0:
            raise malformed("a field has invalid characters")
        if name[0] == 0x3A:
            if is_late or name in pseudo or name not in _PSEUDO:
                raise malformed("a pseudo-header field is unknown, repeated or after other fields")
            pseudo[name] = value
            continue
        is_late = True
        if name in HOP or (name == b"te" and value.lower() != b"trailers"):
            raise malformed("a field belongs to HTTP/1.1 connections")
        if name == b"content-length":
            length = _length(value, length)
        if token:
            plain.append((name, value))
    path = pseudo.get(b":path")
    if not path or b":method" not in pseudo or not pseudo.get(b":scheme"):
        raise malformed("a request needs :method, :scheme and :path")
    return RequestHead(pseudo[b":method"], path, pseudo.get(b":authority", b""), tuple(plain), length)


def _length(value: bytes, before: int) -> int:
    if not value.isdigit() or len(value) > 15 or before not in (-1, int(value)):
        raise malformed("content-length is not a number, or differs from another one")
    return int(value)


def check_trailers(fields: list[Field]) -> None:
    """Check the fields after the content.

    Raises:
        StreamFaultError: if one is not allowed in trailers (RFC 9113, 8.1).
    """
    for field in fields:
        if field.token < 0 or field.name[0] == 0x3A or field.name in HOP:
            raise malformed("a field is not allowed in trailers")


class RequestStart(NamedTuple, Generic[Routed]):
    """A routed request: its content-length or -1, and the fields that do not affect the route."""

    routed: Routed
    length: int
    metadata: tuple[Field, ...]


class HeaderBlocks(Generic[Routed]):
    """The request blocks of a connection, routed by `interpret`.

    A block is remembered by its bytes if decoding it did not change the table, and until the table changes: so it means
    the same, and skipping its decoding skips no change. Likewise the prefix of a block, which is everything but the
    value of its last field, if that field is not kept in a table and does not affect the route, such as a trace. Of
    other blocks, the fields that affect the route are looked up, by their tokens.

    The memory of this is bounded: it grows with answered calls, and everything is forgotten when it is full.
    """

    def __init__(
        self, most_bytes: int, interpret: Callable[[RequestHead], Routed], hopeless_bytes: int = 1 << 18
    ) -> None:
        self._decoder = HeaderDecoder(most_bytes, hopeless_bytes)
        self._interpret = interpret
        self._block_bytes = self._head_bytes = 0  # remembered, about
        self._known: dict[bytes, RequestStart[Routed]] = {}
        self._prefixes: dict[bytes, RequestStart[Routed]] = {}
        self._tail = 0  # bytes after the prefix of the block that was last remembered
        self._heads: dict[tuple[int, ...], tuple[Routed, int]] = {}
        self.find = self._known.get
        """The request of a known block; None if it must be `read`."""

    @property
    def kept(self) -> int:
        """Bytes, about, of the peer's table and of remembered blocks."""
        return self._decoder.kept + self._block_bytes + self._head_bytes

    def fields(self, block: bytes) -> list[Field]:
        """Decode a block; this may change the table.

        Raises:
            ConnectionFaultError: if it cannot be decoded.
            HeaderListError: if it is too long.
        """
        before = self._decoder.generation
        fields = self._decoder.decode(block)
        if self._decoder.generation != before:
            self._forget_blocks()
        if fields is None:
            raise HeaderListError
        return fields

    def read(self, block: bytes, answered: int = 0) -> RequestStart[Routed]:
        """Read the start of a request; `answered` is the number of answered calls of the connection.

        Raises:
            ConnectionFaultError: if the block cannot be decoded.
            StreamFaultError: if the request is malformed.
        """
        if self._prefixes and (known := self._by_prefix(block)) is not None:
            return known
        before = self._decoder.generation
        fields = self.fields(block)
        key = tuple([field.token for field in fields])
        room = min(_FIRST_BYTES + _EARNED_BYTES * answered, _MOST_BYTES)
        routed, length = self._heads.get(key) or self._read_head(key, fields, room)
        request = make(RequestStart, (routed, length, tuple([field for field in fields if not field.token])))
        if self._decoder.generation == before:
            size = _ENTRY_BYTES + 2 * len(block) + self._decoder.literal_bytes
            if self._has_room(size, room):
                self._block_bytes += size
                self._remember(block, request, fields[-1])
        return request

    def _by_prefix(self, block: bytes) -> RequestStart[Routed] | None:
        """The request of a block that differs from a known one only in the last value, of the same length."""
        before, value = self._prefixes.get(block[: -self._tail]), block[-self._tail :]
        if before is None or value.translate(None, VISIBLE):
            return None
        routed, length, (*others, (name, old, size, _)) = before
        if len(old) != len(value):
            return None  # something follows the value
        return make(RequestStart, (routed, length, (*others, make(Field, (name, value, size, 0)))))

    def _remember(self, block: bytes, request: RequestStart[Routed], last: Field) -> None:
        self._known[block] = request
        written = literal(last.name, last.value)[1:]
        # Only for a literal field without Huffman coding, everything after the prefix is surely its value.
        if last.value and not last.token and block[self._decoder.last :] in (b"\0" + written, b"\x10" + written):
            self._tail = len(last.value)
            self._prefixes[block[: -self._tail]] = request

    def _has_room(self, size: int, room: int) -> bool:
        """Whether `size` more bytes may be remembered; forgets everything else if that is needed."""
        if size > room:
            return False
        if self._block_bytes + self._head_bytes + size > room:
            self.forget()
        return True

    def forget(self) -> None:
        """Forget all blocks and heads."""
        self._forget_blocks()
        self._heads.clear()
        self._head_bytes = 0

    def _forget_blocks(self) -> None:
        self._known.clear()
        self._prefixes.clear()
        self._block_bytes = 0

    def _read_head(self, key: tuple[int, ...], fields: list[Field], room: int) -> tuple[Routed, int]:
        head = read_head(fields)
        found = self._interpret(head), head.length
        # Twice, since the route may repeat the fields. The overhead of a field covers its token, an integer object.
        size = _ENTRY_BYTES + 8 * len(key) + 2 * sum([field.size for field in fields if field.token])
        if self._has_room(size, room):
            self._head_bytes += size
            self._heads[key] = found
        return found
