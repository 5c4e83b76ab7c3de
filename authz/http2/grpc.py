"""The gRPC protocol over HTTP/2: messages, timeouts and statuses (PROTOCOL-HTTP2 of gRPC)."""

import base64
import binascii
import re
import zlib
from enum import IntEnum
from functools import lru_cache
from urllib.parse import quote_from_bytes

from authz.http2.hpack import Field, literal

Metadata = tuple[tuple[str, str | bytes], ...]
_TIMEOUT = re.compile(rb"([0-9]{1,8})([HMSmun])")
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
PREFIX_BYTES = 5
ENCODINGS = {b"identity": 0, b"deflate": 15, b"gzip": 31}
"""Encodings of messages, with their window bits for zlib."""

Code = IntEnum(
    "Code",
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED",
    start=0,
)
"""The status codes of gRPC."""


class GrpcError(Exception):
    """Ends a call with a status; `trailing` are further fields of its trailers."""

    def __init__(self, code: int, message: str, trailing: Metadata = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.trailing = trailing

    def block(self) -> bytes:
        """The trailers with this status."""
        return status_block(self.code, self.message, self.trailing)


@lru_cache(maxsize=256)  # timeouts repeat, and have at most nine bytes
def read_timeout(value: bytes) -> float:
    """Read a grpc-timeout, in seconds.

    Raises:
        GrpcError: if it is malformed or 0.
    """
    found = _TIMEOUT.fullmatch(value)
    if found is None:
        raise GrpcError(Code.INTERNAL, "grpc-timeout is malformed")
    seconds = int(found[1]) * _UNITS[found[2]]
    if not seconds:
        raise GrpcError(Code.DEADLINE_EXCEEDED, "the deadline had passed")
    return seconds


def too_long(size: int, most: int) -> GrpcError:
    """The error for a message that is too long, with the text of gRPC's own servers."""
    return GrpcError(Code.RESOURCE_EXHAUSTED, f"SERVER: Received message larger than max ({size} vs. {most})")


def framed(message: bytes) -> bytes:
    """A message with its prefix, not compressed."""
    return b"\0" + len(message).to_bytes(4, "big") + message


START = b"\x88" + literal(b"content-type", b"application/grpc") + literal(b"grpc-accept-encoding", b",".join(ENCODINGS))
"""The fields before the first message."""


def status_block(code: int, message: str = "", trailing: Metadata = ()) -> bytes:
    """The trailers of a call."""
    block = literal(b"grpc-status", b"%d" % code)
    if message:
        block += literal(b"grpc-message", quote_from_bytes(message.encode("utf-8", "replace"), _PLAIN).encode())
    return block + b"".join(literal(name.encode(), _value(name, value)) for name, value in trailing)


def _value(name: str, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return base64.b64encode(data).rstrip(b"=") if name.endswith("-bin") else data


def deadline_of(fields: tuple[Field, ...]) -> float | None:
    """The seconds until the deadline that the caller set; None without a deadline.

    Raises:
        GrpcError: if the timeout is malformed or 0.
    """
    for field in fields:
        if field.name == b"grpc-timeout":
            return read_timeout(field.value)
    return None


def read_metadata(fields: tuple[Field, ...]) -> Metadata:
    """The metadata that a caller added, with binary values decoded.

    Raises:
        GrpcError: if a binary value is not base64.
    """
    own = [field for field in fields if not field.name.startswith(b"grpc-")]
    return tuple((field.name.decode(), value) for field in own for value in _values(field))


def _values(field: Field) -> list[str] | list[bytes]:
    if not field.name.endswith(b"-bin"):
        return [field.value.decode("latin-1")]
    try:
        return [base64.b64decode(part + b"==") for part in field.value.split(b",")]
    except binascii.Error:
        raise GrpcError(Code.INTERNAL, f"{field.name.decode()} is not base64") from None


class Messages:
    """Takes messages from content in `buffer`; each has at most `most` bytes, also after decompression."""

    def __init__(self, most: int, encoding: bytes) -> None:
        self.most = most
        self._encoding = encoding
        self.buffer = bytearray()

    def take(self) -> bytes | None:
        """The next message; None if it is not complete yet.

        Raises:
            GrpcError: if it is too long, or its compression does not match the encoding.
        """
        buffer = self.buffer
        size = int.from_bytes(buffer[1:5], "big")
        if buffer and buffer[0] > 1:
            raise GrpcError(Code.INTERNAL, "a message's prefix is malformed")
        if size > self.most and len(buffer) >= PREFIX_BYTES:
            raise too_long(size, self.most)
        if len(buffer) < PREFIX_BYTES + size:
            return None
        is_compressed, message = buffer[0], bytes(buffer[PREFIX_BYTES : PREFIX_BYTES + size])
        del buffer[: PREFIX_BYTES + size]
        return self._expand(message) if is_compressed else message

    def _expand(self, message: bytes) -> bytes:
        kind = ENCODINGS.get(self._encoding, 0)
        if not kind:
            raise GrpcError(Code.INTERNAL, "a message is compressed, but grpc-encoding is missing")
        unzip = zlib.decompressobj(kind)
        try:
            plain = unzip.decompress(message, self.most + 1)
        except zlib.error:
            raise GrpcError(Code.INTERNAL, "a message is not compressed by its grpc-encoding") from None
        if len(plain) > self.most:
            raise GrpcError(Code.RESOURCE_EXHAUSTED, "Decompressed message larger than max")
        if not unzip.eof:
            raise GrpcError(Code.INTERNAL, "a compressed message is incomplete")
        return plain
