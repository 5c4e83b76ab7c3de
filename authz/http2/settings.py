"""What a peer lets us do (RFC 9113, 6.5.2)."""

import struct

from authz.http2.errors import ConnectionFaultError, ErrorCode, protocol_error
from authz.http2.frames import WIDEST

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = (
    range(1, 7)
)


class PeerSettings:
    """Of what a client may say only its window matters here.

    We push nothing, open no streams, send frames of the least size that all take, and encode headers without a table.
    """

    __slots__ = ("initial_window",)

    def __init__(self) -> None:
        self.initial_window = 65535

    def apply(self, payload: bytes) -> int:
        """Take over a SETTINGS frame; returns by how much the windows of open streams grow (RFC 9113, 6.9.2).

        Raises:
            ConnectionFaultError: if a value is none that may be said.
        """
        if len(payload) % 6:
            raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "SETTINGS of a broken length")
        before = self.initial_window
        for key, value in struct.iter_unpack(">HI", payload):
            if key == ENABLE_PUSH and value > 1:
                raise protocol_error("ENABLE_PUSH is 0 or 1")
            if key == INITIAL_WINDOW_SIZE:
                if value > WIDEST:
                    raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "the initial window is too wide")
                self.initial_window = value
            if key == MAX_FRAME_SIZE and not 16384 <= value <= 2**24 - 1:
                raise protocol_error("MAX_FRAME_SIZE is out of its range")
        return self.initial_window - before
