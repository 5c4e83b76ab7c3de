"""The frames that concern a connection as a whole (RFC 9113, 6.3 and 6.5 to 6.9), and what they may cost."""

from collections import Counter
from collections.abc import Callable

from authz.http2 import frames
from authz.http2.errors import ConnectionFaultError, ErrorCode, Http2Error, malformed, protocol_error, too_much
from authz.http2.frames import ACK
from authz.http2.limits import Budget, Http2Limits, Pace

_DRAINED = b"drained?"
_EMPTIED = b"emptied?"


class Control:
    """Keeps what is to be written, the budgets, and whether the connection ends.

    `is_over` says that it is to be closed once `output` was written. `told` hears of every fault: its kind and the
    reason; `faults` counts them by kind.
    """

    def __init__(self, limits: Http2Limits, clock: Callable[[], float], told: Callable[[str, str], None]) -> None:
        self._limits = limits
        self._clock = clock
        self._told = told
        self._out: list[bytes] = []
        self._last = 0
        self._last_accepted = frames.WIDEST
        self._is_settled = False
        self._answered = 0
        self._awaited = b""
        self._began = clock()
        self.is_over = False
        self.is_draining = False
        self.faults: Counter[str] = Counter()
        paces = limits.pings, limits.settings, limits.resets, limits.provoked_resets, limits.window_updates
        self._pings, self._settings, self._resets, self._provoked, self._updates = map(self._budget, paces)
        self._empty = self._budget(limits.empty_frames)
        self._refusals = self._budget(limits.refusals)

    def _budget(self, pace: Pace) -> Budget:
        return Budget(pace, self._began)

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
        self.faults[fault.kind] += 1
        self._told(fault.kind, str(fault))

    def _spend(self, budget: Budget, kind: str) -> None:
        if not budget.spend(self._clock(), self._answered):
            raise too_much(kind, f"too many {kind.replace('_', ' ')}")

    def _on_ping(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.7."""
        _expect(payload, 8, number)
        if not flags & ACK:
            self._spend(self._pings, "pings")
            self._out.append(frames.frame(frames.PING, ACK, 0, payload))
        elif payload == self._awaited == _DRAINED:
            self._ask(_EMPTIED)
        elif payload == self._awaited:
            self._awaited = b""
            self._stop_accepting()

    def _take_settings(self, flags: int, number: int, payload: bytes) -> bool:
        """Whether there is something to apply (RFC 9113, 6.5 and 6.5.3)."""
        if number:
            raise protocol_error("SETTINGS on a stream")
        if flags & ACK:
            _expect(payload, 0, 0)
            return False
        self._spend(self._settings, "settings")
        self._is_settled = True
        self._out.append(frames.frame(frames.SETTINGS, ACK, 0))
        return True

    def _on_goaway(self, _flags: int, number: int, payload: bytes) -> None:
        """The peer opens no more streams; nothing is to be done (RFC 9113, 6.8)."""
        if number or len(payload) < 8:
            raise protocol_error("GOAWAY on a stream, or cut off")

    def _on_push(self, _flags: int, _number: int, _payload: bytes) -> None:
        raise protocol_error("clients push nothing")  # RFC 9113, 8.4

    def _on_priority(self, _flags: int, number: int, payload: bytes) -> None:
        """Ignored (RFC 9113, 5.3.2), but for those that never made sense (RFC 7540, 5.3.1)."""
        if number == 0:
            raise protocol_error("PRIORITY without a stream")
        self._spend(self._empty, "empty_frames")
        if len(payload) != 5:
            raise frame_size_on_stream()
        if int.from_bytes(payload[:4], "big") & frames.WIDEST == number:
            raise malformed("a stream depends on itself")

    def _read_window(self, payload: bytes) -> int:
        """By how much a window is to be widened (RFC 9113, 6.9)."""
        _expect(payload, 4, 0)
        self._spend(self._updates, "window_updates")
        return int.from_bytes(payload, "big") & frames.WIDEST


def frame_size_on_stream() -> ConnectionFaultError:
    """A frame whose length its type does not allow (RFC 9113, 4.2); as a fault of the connection, to be strict."""
    return ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "a frame of a wrong length")


def _expect(payload: bytes, size: int, number: int) -> None:
    if number:
        raise protocol_error("a frame of the connection on a stream")
    if len(payload) != size:
        raise frame_size_on_stream()
