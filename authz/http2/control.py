"""Frames about the connection as a whole (RFC 9113, 6.3 and 6.5 to 6.9), and their rate limits."""

from collections.abc import Callable
from typing import TypeAlias

from authz.http2 import frames
from authz.http2.errors import ErrorCode, Http2Error, malformed, protocol_error, too_much
from authz.http2.frames import ACK
from authz.http2.limits import RATE_LIMITS, Budget, Http2Limits

_DRAINED = b"drained?"
_EMPTIED = b"emptied?"
Clock: TypeAlias = Callable[[], float]
OnPeerFault: TypeAlias = Callable[[str, str], None]


class Control:
    """Keeps pending output, the budgets, and whether the connection ends.

    If it `is_over`, close it once `output` was written. `on_peer_fault` gets the kind and the reason of each fault of
    the peer.
    """

    def __init__(self, limits: Http2Limits, clock: Clock, on_peer_fault: OnPeerFault) -> None:
        self._limits, self._clock, self._on_peer_fault = limits, clock, on_peer_fault
        self._out: list[bytes] = []
        self._last = self._answered = 0
        self._last_accepted = frames.WIDEST
        self._awaited = b""
        self._began = clock()
        self.is_over = self.is_draining = self._is_settled = False
        self._budgets = {kind: Budget(getattr(limits, kind), self._began) for kind in RATE_LIMITS}

    def output(self) -> bytes:
        """Take the bytes to write now."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def drain(self) -> None:
        """Ask the peer to open no more streams; the connection ends after the open ones (RFC 9113, 6.8).

        Requests that the peer sends before it receives this are still answered. Its answer to a PING shows that it did;
        that answer may overtake requests that it began before, as with Rust's h2, but the one to a second PING cannot.
        """
        if not self.is_draining and not self.is_over:
            self.is_draining = True
            self._out.append(frames.goaway(frames.WIDEST, ErrorCode.NO_ERROR, "draining"))
            self._ask(_DRAINED)

    def _ask(self, payload: bytes) -> None:
        self._awaited = payload
        self._out.append(frames.frame(frames.PING, 0, 0, payload))

    def _stop_accepting(self) -> None:
        if self._last_accepted == frames.WIDEST:
            self._last_accepted = self._last
            self._out.append(frames.goaway(self._last, ErrorCode.NO_ERROR))

    def _note(self, fault: Http2Error) -> None:
        self._on_peer_fault(fault.kind, str(fault))

    def _spend(self, kind: str) -> None:
        if not self._budgets[kind].spend(self._clock(), self._answered):
            raise too_much(kind, f"too many {kind.replace('_', ' ')}")

    def _on_ping(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.7."""
        frames.expect(payload, 8, number)
        if not flags & ACK:
            self._spend("pings")
            self._out.append(frames.frame(frames.PING, ACK, 0, payload))
        elif payload == self._awaited == _DRAINED:
            self._ask(_EMPTIED)
        elif payload == self._awaited:
            self._awaited = b""
            self._stop_accepting()

    def _on_goaway(self, _flags: int, number: int, payload: bytes) -> None:
        """The peer opens no more streams (RFC 9113, 6.8)."""
        if number or len(payload) < 8:
            raise protocol_error("GOAWAY on a stream, or incomplete")

    def _on_push(self, _flags: int, _number: int, _payload: bytes) -> None:
        raise protocol_error("PUSH_PROMISE from a client")  # RFC 9113, 8.4

    def _on_unknown(self, _flags: int, _number: int, _payload: bytes) -> None:
        self._spend("empty_frames")  # RFC 9113, 5.5

    def _on_priority(self, _flags: int, number: int, payload: bytes) -> None:
        """Ignore it (RFC 9113, 5.3.2), unless it is invalid (RFC 7540, 5.3.1)."""
        if number == 0:
            raise protocol_error("PRIORITY without a stream")
        self._spend("empty_frames")
        frames.expect(payload, 5, 0)
        if int.from_bytes(payload[:4], "big") & frames.WIDEST == number:
            raise malformed("a stream depends on itself")
