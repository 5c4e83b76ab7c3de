"""What a header block says of a request (RFC 9113, 8.2 and 8.3), remembered while the tables stand still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from authz.http2.errors import ErrorCode, StreamFaultError, malformed
from authz.http2.hpack import Field, HeaderDecoder

_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_HOP = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"))
_REMEMBERED = 256  # blocks of one connection
_LONGEST = 2048  # bytes of a block that is remembered

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The start of a request; `length` is its content-length, -1 if it has none."""

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
    length = -1
    for name, value, _, is_valid in fields:
        if not is_valid:
            raise malformed("a field has characters that it may not have")
        if name[0] == 0x3A:
            if plain or name in pseudo or name not in _PSEUDO:
                raise malformed("a pseudo-header field is unknown, repeated or late")
            pseudo[name] = value
            continue
        if name in _HOP or (name == b"te" and value.lower() != b"trailers"):
            raise malformed("a field belongs to HTTP/1.1 connections")
        if name == b"content-length":
            length = _length(value, length)
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
        if not field.is_valid or field.name[0] == 0x3A or field.name in _HOP:
            raise malformed("a field may not stand in trailers")


class HeaderBlocks(Generic[Meaning]):
    """The meanings of a connection's request blocks, by `interpret`.

    A block is looked up as bytes, and only while the table is as it was when the block was decoded, which changed
    nothing in it: so its meaning cannot have changed either, and skipping its decoding skips no change.
    """

    def __init__(self, most_bytes: int, interpret: Callable[[RequestHead], Meaning]) -> None:
        self._decoder = HeaderDecoder(most_bytes)
        self._interpret = interpret
        self._known: dict[bytes, Meaning] = {}
        self._generation = 0
        self.find = self._known.get
        """The meaning of a block that is known, or None; then it must be `read`."""

    def fields(self, block: bytes) -> list[Field]:
        """Decode a block, which may change the table.

        Raises:
            ConnectionFaultError: if it cannot be decoded.
            StreamFaultError: if it is too long.
        """
        fields = self._decoder.decode(block)
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

    def read(self, block: bytes) -> Meaning:
        """What a request's block means.

        Raises:
            ConnectionFaultError: if it cannot be decoded.
            StreamFaultError: if it starts no request.
        """
        meaning = self._interpret(read_head(self.fields(block)))
        if self._is_repeatable:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[block] = meaning
        return meaning
