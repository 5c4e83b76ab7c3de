"""Faults of peers that end a connection or a stream, with the codes of RFC 9113, 7."""

from enum import IntEnum

ErrorCode = IntEnum(
    "ErrorCode",
    "NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
    "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED",
    start=0,
)
"""The codes of RST_STREAM and GOAWAY (RFC 9113, 7)."""


class Http2Error(Exception):
    """A fault of a peer; `kind` is a short name for counters."""

    def __init__(self, code: ErrorCode, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.kind = kind


class ConnectionFaultError(Http2Error):
    """Ends the connection, with GOAWAY (RFC 9113, 5.4.1)."""


class StreamFaultError(Http2Error):
    """Ends one stream, with RST_STREAM; the others go on (RFC 9113, 5.4.2)."""


class HeaderListError(StreamFaultError):
    """A header list that is too long but was decoded, so that the connection can go on."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.ENHANCE_YOUR_CALM, "header_list", "the header list is too long")


def protocol_error(reason: str) -> ConnectionFaultError:
    """A violation of the protocol (RFC 9113, 7)."""
    return ConnectionFaultError(ErrorCode.PROTOCOL_ERROR, "protocol", reason)


def undecodable(reason: str) -> ConnectionFaultError:
    """A header block that cannot be decoded, after which the table is unusable (RFC 9113, 4.3)."""
    return ConnectionFaultError(ErrorCode.COMPRESSION_ERROR, "compression", reason)


def too_much(kind: str, reason: str) -> ConnectionFaultError:
    """A peer that exceeds a limit (RFC 9113, 10.5)."""
    return ConnectionFaultError(ErrorCode.ENHANCE_YOUR_CALM, kind, reason)


def malformed(reason: str) -> StreamFaultError:
    """A malformed request (RFC 9113, 8.1.1)."""
    return StreamFaultError(ErrorCode.PROTOCOL_ERROR, "malformed", reason)
