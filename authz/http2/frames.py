"""Frames as bytes, and their valid contents (RFC 9113, 4.1 and 6)."""

import struct
from collections.abc import Iterable

from authz.http2.errors import ConnectionFaultError, ErrorCode, protocol_error

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""The first bytes of a client (RFC 9113, 3.4)."""
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
"""The types of frames (RFC 9113, 6); others are ignored (RFC 9113, 5.5)."""
ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(2, 7)
"""Parameters of SETTINGS, without the size of tables, which is not changed (RFC 9113, 6.5.2)."""
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 0x1, 0x1, 0x4, 0x8, 0x20
read_head = struct.Struct(">BHBBI").unpack_from
"""Reads the head of a frame: its length in two parts, type, flags and stream (RFC 9113, 4.1)."""
MOST_BYTES = 16384
"""The longest payload received and sent: the least that every peer must accept (RFC 9113, 4.2)."""
WIDEST = 2**31 - 1
"""The largest window and stream identifier (RFC 9113, 5.1.1 and 6.9.1)."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def rst_stream(stream: int, code: ErrorCode) -> bytes:
    """The end of a stream (RFC 9113, 6.4)."""
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last: int, code: ErrorCode, reason: str = "") -> bytes:
    """The end of a connection: streams above `last` are ignored (RFC 9113, 6.8)."""
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code) + reason.encode()[:200])


def window_update(stream: int, by: int) -> bytes:
    """Allow the peer to send `by` bytes more (RFC 9113, 6.9)."""
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", by))


def settings(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Settings for the peer (RFC 9113, 6.5)."""
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", key, value) for key, value in pairs))


def initial_window(payload: bytes, before: int) -> int:
    """The initial window of streams after a SETTINGS frame, where it was `before` (RFC 9113, 6.9.2).

    The other settings of a client have no effect: this server does not push or open streams, sends only frames of the
    least size that every client accepts, and encodes headers without a table.

    Raises:
        ConnectionFaultError: if a value is invalid.
    """
    if len(payload) % 6:
        raise ConnectionFaultError(
            ErrorCode.FRAME_SIZE_ERROR, "frame_size", "the length of SETTINGS is not a multiple of 6"
        )
    for key, value in struct.iter_unpack(">HI", payload):
        if key == ENABLE_PUSH and value > 1:
            raise protocol_error("ENABLE_PUSH is not 0 or 1")
        if key == INITIAL_WINDOW_SIZE:
            if value > WIDEST:
                raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "the initial window is too wide")
            before = value
        if key == MAX_FRAME_SIZE and not 16384 <= value <= 2**24 - 1:
            raise protocol_error("MAX_FRAME_SIZE is out of range")
    return before


def expect(payload: bytes, size: int, stream: int) -> None:
    """Check a frame that belongs to the connection and has a fixed length.

    Raises:
        ConnectionFaultError: if it is on a stream, or has another length (RFC 9113, 4.2).
    """
    if stream:
        raise protocol_error("a frame of the connection on a stream")
    if len(payload) != size:
        raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "a frame has the wrong length")


def without_padding(payload: bytes) -> bytes:
    """The content of a DATA or HEADERS frame that is `PADDED` (RFC 9113, 6.1).

    Raises:
        ConnectionFaultError: if the padding is as long as the payload or longer.
    """
    if not payload or payload[0] >= len(payload):
        raise protocol_error("padding is longer than the frame")
    return payload[1 : len(payload) - payload[0]]
