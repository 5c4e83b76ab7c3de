"""The frames that concern a connection as a whole (RFC 9113, 6.3 and 6.5 to 6.9), and what they may cost."""

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
    """Keeps what is to be written, the budgets, and whether the connection ends.

    `is_over` says that it is to be closed once `output` was written. `on_peer_fault` gets the kind of each fault of the
    peer, and the reason.
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
        """What is to be written now, once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def drain(self) -> None:
        """Let the peer open no more streams; those under way end, and then the connection (RFC 9113, 6.8).

        What the peer sends before it hears of this is still worked on: it answers a PING when it did. Its answer may
        overtake requests that it began before, as with clients on Rust's h2; not that to a second PING.
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
        """The peer opens no more streams; nothing is to be done (RFC 9113, 6.8)."""
        if number or len(payload) < 8:
            raise protocol_error("GOAWAY on a stream, or cut off")

    def _on_push(self, _flags: int, _number: int, _payload: bytes) -> None:
        raise protocol_error("clients push nothing")  # RFC 9113, 8.4

    def _on_unknown(self, _flags: int, _number: int, _payload: bytes) -> None:
        self._spend("empty_frames")  # RFC 9113, 5.5

    def _on_priority(self, _flags: int, number: int, payload: bytes) -> None:
        """Ignored (RFC 9113, 5.3.2), but for those that never made sense (RFC 7540, 5.3.1)."""
        if number == 0:
            raise protocol_error("PRIORITY without a stream")
        self._spend("empty_frames")
        frames.expect(payload, 5, 0)
        if int.from_bytes(payload[:4], "big") & frames.WIDEST == number:
            raise malformed("a stream depends on itself")
