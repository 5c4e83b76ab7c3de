"""What a header block says of a request (RFC 9113, 8.2 and 8.3), remembered while the tables stand still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from authz.http2.errors import HeaderListError, malformed
from authz.http2.hpack import HOP, VISIBLE, Field, HeaderDecoder, literal, make

_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_FIRST_BYTES = 4096  # of what is remembered for a connection that nothing was answered yet
_EARNED_BYTES = 64  # more with every answer
_MOST_BYTES = 65536
_ENTRY_BYTES = 400  # of what is remembered of a block or a head, but for its fields

Routed = TypeVar("Routed")


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
    for name, value, _, token in fields:
        if token < 0:
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
        if token:
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
        if field.token < 0 or field.name[0] == 0x3A or field.name in HOP:
            raise malformed("a field may not stand in trailers")


class RequestStart(NamedTuple, Generic[Routed]):
    """How a request begins: what it means, its content-length or -1, and the fields that tell nothing of that."""

    routed: Routed
    length: int
    metadata: tuple[Field, ...]


class HeaderBlocks(Generic[Routed]):
    """The meanings of a connection's request blocks, by `interpret`.

    A block is looked up as bytes, and only while the table is as it was when the block was decoded, which changed
    nothing in it: so its meaning cannot have changed either, and skipping its decoding skips no change. The same holds
    for the prefix of a block, which is all but the value of its last field, if no table keeps that and it tells nothing
    of what is asked for, as with a trace. Of other blocks the telling fields are looked up, by their tokens.

    What is remembered is bounded by its memory: there is little until calls were answered, and all is forgotten when it
    would be too much.
    """

    def __init__(
        self, most_bytes: int, interpret: Callable[[RequestHead], Routed], hopeless_bytes: int = 1 << 18
    ) -> None:
        self._decoder = HeaderDecoder(most_bytes, hopeless_bytes)
        self._interpret = interpret
        self._block_bytes = self._head_bytes = 0  # of what is remembered, about
        self._known: dict[bytes, RequestStart[Routed]] = {}
        self._prefixes: dict[bytes, RequestStart[Routed]] = {}
        self._tail = 0  # bytes of a block behind its prefix, when one was last remembered
        self._heads: dict[tuple[int, ...], tuple[Routed, int]] = {}
        self.find = self._known.get
        """How the request of a known block begins, or None; then it must be `read`."""

    @property
    def kept(self) -> int:
        """The memory that the peer's table and all that is remembered take, in bytes, about."""
        return self._decoder.kept + self._block_bytes + self._head_bytes

    def fields(self, block: bytes) -> list[Field]:
        """Decode a block, which may change the table.

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
        """How a request begins; `answered` are the calls that the connection was answered so far.

        Raises:
            ConnectionFaultError: if the block cannot be decoded.
            StreamFaultError: if it starts no request.
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
            size = _ENTRY_BYTES + 2 * len(block) + self._decoder.spelled
            if self._has_room(size, room):
                self._block_bytes += size
                self._remember(block, request, fields[-1])
        return request

    def _by_prefix(self, block: bytes) -> RequestStart[Routed] | None:
        """If it differs from one before in the last value alone, neither in length nor in anything else."""
        before, value = self._prefixes.get(block[: -self._tail]), block[-self._tail :]
        if before is None or value.translate(None, VISIBLE):
            return None
        routed, length, (*others, (name, old, size, _)) = before
        if len(old) != len(value):
            return None  # more follows than the value
        return make(RequestStart, (routed, length, (*others, make(Field, (name, value, size, 0)))))

    def _remember(self, block: bytes, request: RequestStart[Routed], last: Field) -> None:
        self._known[block] = request
        written = literal(last.name, last.value)[1:]
        # Only of fields of the plainest kind it is sure that all behind the prefix is their value.
        if last.value and not last.token and block[self._decoder.last :] in (b"\0" + written, b"\x10" + written):
            self._tail = len(last.value)
            self._prefixes[block[: -self._tail]] = request

    def _has_room(self, size: int, room: int) -> bool:
        """Whether so many bytes more may be remembered, if need be in the place of all others."""
        if size > room:
            return False
        if self._block_bytes + self._head_bytes + size > room:
            self.forget()
        return True

    def forget(self) -> None:
        """Remember nothing but the table, which is the peer's."""
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
        # Meanings may repeat what the fields say. A field's overhead covers its token, an integer of its own.
        size = _ENTRY_BYTES + 8 * len(key) + 2 * sum([field.size for field in fields if field.token])
        if self._has_room(size, room):
            self._head_bytes += size
            self._heads[key] = found
        return found
