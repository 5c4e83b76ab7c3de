"""Unprocessed input of a peer: its memory and its timeouts (RFC 9113, 10.5)."""

from abc import abstractmethod
from collections.abc import Callable

from authz.http2.control import Clock, OnPeerFault
from authz.http2.errors import ConnectionFaultError, ErrorCode, StreamFaultError, too_much
from authz.http2.frames import WIDEST
from authz.http2.headers import HeaderBlocks, Routed
from authz.http2.limits import Http2Limits
from authz.http2.sending import Sending
from authz.http2.stream import Stream

_STREAM_BYTES = 1024  # of memory of an idle stream
_ENDED_BYTES = 100  # of memory to remember an ended stream
_LINGERING_SECONDS = 0.5  # for a peer to close the connection after the last answer


class Waiting(Sending[Routed]):
    """Keeps unprocessed input: the `_inbox` from `_at` on, and the `_open_block` of headers.

    It `_is_greeted` once the preface came, and `is_behind` while input waits for its turn.
    """

    def __init__(
        self,
        limits: Http2Limits,
        clock: Clock,
        on_peer_fault: OnPeerFault,
        cancelled: Callable[[Stream[Routed]], None],
        blocks: HeaderBlocks[Routed],
    ) -> None:
        super().__init__(limits, clock, on_peer_fault, cancelled)
        self._blocks = blocks
        self._inbox, self._at = b"", 0
        self._open_block: tuple[int, int, list[bytes]] | None = None
        self._is_greeted = self.is_behind = False
        self._quiet_since = self._draining_since = self._drained_since = self._midway_since = 0.0
        self._seen, self._is_quiet = -1, False

    @abstractmethod
    def close(self) -> None:
        """Ignore further input."""

    @abstractmethod
    def fail(self, fault: ConnectionFaultError) -> None:
        """Send the fault to the peer, and end."""

    def weigh(self) -> int:
        """Bytes, about, that are kept for the peer, without those of every connection."""
        self.has_grown = False
        if self.is_over:
            return 0
        block = 0 if self._open_block is None else sum(map(len, self._open_block[2]))
        unread = len(self._inbox) - self._at + block + self._held
        streams = len(self._streams) * _STREAM_BYTES + len(self._ended_early) * _ENDED_BYTES
        return unread + self._unsent + streams + self._blocks.kept

    def forget_blocks(self) -> None:
        """Forget what only saves time."""
        self._blocks.forget()
        self.has_grown = True

    @property
    def is_idle(self) -> bool:
        """Whether no call was open between the last two ticks, nor since."""
        return self._is_quiet and not self._streams and self._seen == self._last

    @property
    def has_answered(self) -> bool:
        """Whether a call was answered."""
        return self._answered > 0

    def tick(self) -> int:
        """Check timeouts, about once a second; returns the number of checked streams."""
        if self.is_over:
            return 0
        now, limits = self._clock(), self._limits
        self._is_quiet, self._seen = not self._streams and self._seen == self._last, self._last
        self._quiet_since = self._quiet_since if self._is_quiet else now
        if not self._is_settled and now - self._began > limits.greeting_seconds:
            self.fail(
                ConnectionFaultError(ErrorCode.SETTINGS_TIMEOUT, "greeting", "no SETTINGS frame was received")
            )  # 6.5.3
        elif self.is_draining:
            self._check_drain(now)
        elif now - self._quiet_since > limits.idle_seconds:
            self._note(ConnectionFaultError(ErrorCode.NO_ERROR, "idle", "no calls for a long time"))
            self.drain()  # a call may be under way (RFC 9113, 9.1)
        self._check_frames(now)
        streams = list(self._streams.values())
        for stream in streams:
            self._check_stream(stream, now)
        return len(streams)

    def _check_frames(self, now: float) -> None:
        """End a connection with an incomplete frame or header block."""
        is_midway = self._open_block is not None or (self._is_greeted and len(self._inbox) > self._at)
        self._midway_since = (self._midway_since or now) if is_midway else 0.0
        if is_midway and not self.is_behind and now - self._midway_since > self._limits.request_seconds:
            self.fail(too_much("slow_writer", "a frame is incomplete for too long"))

    def _check_drain(self, now: float) -> None:
        """Close a drained connection, after giving the peer time to close it and read its last answers."""
        self._draining_since = self._draining_since or now
        waited = now - self._draining_since
        if waited > 1.0:
            self._stop_accepting()  # the peer does not answer the PING
        is_drained = not self._streams and self._last_accepted < WIDEST
        self._drained_since = (self._drained_since or now) if is_drained else 0.0
        if waited > self._limits.drain_seconds or (is_drained and now - self._drained_since >= _LINGERING_SECONDS):
            self.close()

    def _check_stream(self, stream: Stream[Routed], now: float) -> None:
        """Reset the stream of a slow writer or reader."""
        limits = self._limits
        is_late = not stream.is_remote_closed and not stream.is_patient
        is_stuck = stream.number in self._blocked
        stream.since = (stream.since or now) if is_late else 0.0
        stream.stalled = (stream.stalled or now) if is_stuck else 0.0
        is_slow = is_late and now - stream.since > limits.request_seconds
        if is_slow or (is_stuck and now - stream.stalled > limits.stall_seconds):
            self._note(
                StreamFaultError(ErrorCode.CANCEL, "slow_writer" if is_slow else "slow_reader", "the peer is too slow")
            )
            self.reset(stream.number, ErrorCode.CANCEL)
