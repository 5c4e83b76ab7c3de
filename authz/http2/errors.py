"""How HTTP/2 ends a connection or a stream, with the codes of RFC 9113, 7."""

from enum import IntEnum


class ErrorCode(IntEnum):
    """The codes of RST_STREAM and GOAWAY (RFC 9113, 7)."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    SETTINGS_TIMEOUT = 0x4
    STREAM_CLOSED = 0x5
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    CONNECT_ERROR = 0xA
    ENHANCE_YOUR_CALM = 0xB
    INADEQUATE_SECURITY = 0xC
    HTTP_1_1_REQUIRED = 0xD


class Http2Error(Exception):
    """What a peer did wrong; `kind` is a short name to count by."""

    def __init__(self, code: ErrorCode, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.kind = kind


class ConnectionFaultError(Http2Error):
    """The connection cannot go on: GOAWAY, and it is closed (RFC 9113, 5.4.1)."""


class StreamFaultError(Http2Error):
    """One stream cannot go on: RST_STREAM, and the others live (RFC 9113, 5.4.2)."""


def protocol_error(reason: str) -> ConnectionFaultError:
    """The most common fault of a connection."""
    return ConnectionFaultError(ErrorCode.PROTOCOL_ERROR, "protocol", reason)


def too_much(kind: str, reason: str) -> ConnectionFaultError:
    """A peer that costs more than it is worth (RFC 9113, 10.5)."""
    return ConnectionFaultError(ErrorCode.ENHANCE_YOUR_CALM, kind, reason)


def malformed(reason: str) -> StreamFaultError:
    """A request that nobody may work on (RFC 9113, 8.1.1)."""
    return StreamFaultError(ErrorCode.PROTOCOL_ERROR, "malformed", reason)
