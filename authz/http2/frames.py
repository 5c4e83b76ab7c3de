"""Frames as bytes, and what they may say (RFC 9113, 4.1 and 6)."""

import struct
from collections.abc import Iterable

from authz.http2.errors import ConnectionFaultError, ErrorCode, protocol_error

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client says first (RFC 9113, 3.4)."""
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
"""The types of frames (RFC 9113, 6); others are ignored (RFC 9113, 5.5)."""
ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(2, 7)
"""What SETTINGS may say, but for the size of tables, which stays as it is (RFC 9113, 6.5.2)."""
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 0x1, 0x1, 0x4, 0x8, 0x20
read_head = struct.Struct(">BHBBI").unpack_from
"""The length of a payload in two parts, its type, its flags and its stream, from there on (RFC 9113, 4.1)."""
MOST_BYTES = 16384
"""The longest payload that we take, the least that may be announced, and the longest that we send (RFC 9113, 4.2)."""
WIDEST = 2**31 - 1
"""The largest window and stream identifier (RFC 9113, 5.1.1 and 6.9.1)."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def rst_stream(stream: int, code: ErrorCode) -> bytes:
    """The end of a stream, for a reason (RFC 9113, 6.4)."""
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last: int, code: ErrorCode, reason: str = "") -> bytes:
    """No stream above `last` was or will be worked on (RFC 9113, 6.8)."""
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code) + reason.encode()[:200])


def window_update(stream: int, by: int) -> bytes:
    """Leave to send `by` bytes more (RFC 9113, 6.9)."""
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", by))


def settings(pairs: Iterable[tuple[int, int]]) -> bytes:
    """What we want of the peer (RFC 9113, 6.5)."""
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", key, value) for key, value in pairs))


def initial_window(payload: bytes, before: int) -> int:
    """How wide the windows of streams begin by a SETTINGS frame, where it was `before` (RFC 9113, 6.9.2).

    All else that a client may say does not matter here: we push nothing, open no streams, send frames of the least size
    that all take, and encode headers without a table.

    Raises:
        ConnectionFaultError: if a value is none that may be said.
    """
    if len(payload) % 6:
        raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "SETTINGS of a broken length")
    for key, value in struct.iter_unpack(">HI", payload):
        if key == ENABLE_PUSH and value > 1:
            raise protocol_error("ENABLE_PUSH is 0 or 1")
        if key == INITIAL_WINDOW_SIZE:
            if value > WIDEST:
                raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "the initial window is too wide")
            before = value
        if key == MAX_FRAME_SIZE and not 16384 <= value <= 2**24 - 1:
            raise protocol_error("MAX_FRAME_SIZE is out of its range")
    return before


def expect(payload: bytes, size: int, stream: int) -> None:
    """Of frames that concern the connection, and whose length is given.

    Raises:
        ConnectionFaultError: for one on a stream, or of another length (RFC 9113, 4.2), to be strict.
    """
    if stream:
        raise protocol_error("a frame of the connection on a stream")
    if len(payload) != size:
        raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "a frame of a wrong length")


def without_padding(payload: bytes) -> bytes:
    """The content of a DATA or HEADERS frame that is `PADDED` (RFC 9113, 6.1).

    Raises:
        ConnectionFaultError: if the padding is as long as the payload or longer.
    """
    if not payload or payload[0] >= len(payload):
        raise protocol_error("padding is longer than the frame")
    return payload[1 : len(payload) - payload[0]]
