"""An HTTP/2 connection as a state machine without I/O: bytes in, calls to an application, bytes out."""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from authz.http2 import frames
from authz.http2.control import Clock, OnPeerFault
from authz.http2.errors import (
    ConnectionFaultError,
    ErrorCode,
    HeaderListError,
    StreamFaultError,
    malformed,
    protocol_error,
    too_much,
)
from authz.http2.frames import ACK, CONTINUATION, END_HEADERS, END_STREAM, MOST_BYTES, PADDED, PRIORITIZED, read_head
from authz.http2.headers import HeaderBlocks, RequestHead, RequestStart, Routed, check_trailers
from authz.http2.limits import DEFAULT_HTTP2_LIMITS, Http2Limits
from authz.http2.stream import Stream
from authz.http2.waiting import Waiting


class Application(Protocol[Routed]):
    """Handles requests, and answers by `answer`, `start`, `send`, `end` and `reset` of the connection."""

    def interpret(self, head: RequestHead) -> Routed:
        """Route a request, by nothing but its head: the result is remembered."""

    def at_once(
        self, connection: "Connection[Routed]", number: int, request: RequestStart[Routed], data: bytes
    ) -> bool:
        """Answer a complete request without a stream, or return False to have one `opened`."""

    def opened(self, connection: "Connection[Routed]", stream: Stream[Routed]) -> None:
        """Handle the start of a request."""

    def data(self, connection: "Connection[Routed]", stream: Stream[Routed], data: bytes, is_last: bool) -> None:  # noqa: FBT001 - a callback
        """Handle content; the last piece may be empty."""

    def too_long(self, connection: "Connection[Routed]", number: int) -> None:
        """Refuse a request whose header list is too long."""

    def cancelled(self, stream: Stream[Routed]) -> None:
        """Stop working on a stream that is gone."""


class Connection(Waiting[Routed]):
    """States are those of RFC 9113, 5.1: a number above `_last` is idle, one in `_streams` open or half closed.

    All others are closed; those between `_before` and `_last` were never opened (5.1.1).
    """

    def __init__(
        self,
        application: Application[Routed],
        limits: Http2Limits = DEFAULT_HTTP2_LIMITS,
        clock: Clock = monotonic,
        on_peer_fault: OnPeerFault = lambda _kind, _reason: None,
    ) -> None:
        blocks = HeaderBlocks(limits.header_bytes, application.interpret, limits.decoded_bytes)
        super().__init__(limits, clock, on_peer_fault, application.cancelled, blocks)
        self._application = application
        self._before = 0  # the stream before the last one
        self.flush: Callable[[], None] = lambda: None
        """Called to write `output` outside of `receive`."""
        self._most_at_once = min(MOST_BYTES, limits.stream_window)
        self._owed = 0  # bytes of content that are not credited to the peer yet
        self.begun = 0.0
        self._dispatch: tuple[Callable[[int, int, bytes], None], ...] = (
            self._on_data, self._on_headers, self._on_priority, self._on_reset, self._on_settings, self._on_push,
            self._on_ping, self._on_goaway, self._on_window, self._on_continuation,
        )  # fmt: skip
        announced = frames.MAX_CONCURRENT_STREAMS, frames.INITIAL_WINDOW_SIZE, frames.MAX_HEADER_LIST_SIZE
        ours = zip(announced, (limits.concurrent_streams, limits.stream_window, limits.header_bytes), strict=True)
        self._out.append(frames.settings(ours))
        if limits.connection_window > 65535:
            self._out.append(frames.window_update(0, limits.connection_window - 65535))

    def keep(self, data: bytes) -> None:
        """Keep what a peer sent for a later `receive`; the connection `is_behind` until then."""
        if not self.is_over:
            self._inbox, self._at = self._inbox[self._at :] + data, 0
            self.is_behind = self.has_grown = True

    def receive(self, data: bytes, until: float | None = None) -> None:
        """Process what a peer sent; the answer is in `output`. Malformed bytes raise nothing.

        At the time `until`, by the clock, it stops after the current frame; if it `is_behind` then, call it again.
        `begun` are seconds of work that it started in tasks, which count as well.
        """
        if self.is_over:
            return
        self.is_behind &= until is not None  # calls are shed only while work waits
        if data:
            self._inbox, self._at = (self._inbox[self._at :] + data if self._inbox else data), 0
        try:
            self.is_behind = self._read(until)
        except ConnectionFaultError as fault:
            self.fail(fault)

    def fail(self, fault: ConnectionFaultError) -> None:
        """Send GOAWAY with the fault, and end (RFC 9113, 5.4.1)."""
        self._note(fault)
        self._out.append(frames.goaway(self._last, fault.code, str(fault)))
        self.close()

    def dismiss(self) -> None:
        """End an idle connection without a fault of the peer, which may repeat requests that it sent meanwhile."""
        self._out.append(
            frames.goaway(self._last, ErrorCode.NO_ERROR, "the server needs the place of an idle connection")
        )
        self.close()

    def close(self) -> None:
        """Ignore further input, and stop work on answers. No reference cycle remains."""
        self.is_over = True
        self._dispatch, self.flush = (), lambda: None
        self.has_grown = True  # to nothing
        streams, self._streams = self._streams, {}
        self._inbox, self._at, self.is_behind = b"", 0, False
        self._open_block = None
        self._ended_early.clear()
        for stream in streams.values():
            self._drop(stream)

    def _greet(self) -> bool:
        """Whether the preface is complete (RFC 9113, 3.4)."""
        if not frames.PREFACE.startswith(self._inbox[:24]):
            raise protocol_error("the client does not speak HTTP/2")
        self._is_greeted = len(self._inbox) >= len(frames.PREFACE)
        self._at = len(frames.PREFACE) if self._is_greeted else 0
        return self._is_greeted

    def _read(self, until: float | None) -> bool:
        if not self._is_greeted and not self._greet():
            return False
        inbox, dispatch, at, self.begun = self._inbox, self._dispatch, self._at, 0.0
        size = len(inbox)
        while at <= size - 9:
            high, low, kind, flags, number = read_head(inbox, at)
            if high or low > MOST_BYTES:
                raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "a frame is too long")
            start = at + 9
            end = start + low
            if end > size:
                break
            if self._open_block is not None and kind != CONTINUATION:
                raise protocol_error("a header block was interrupted")
            self._at = end
            try:
                handle = dispatch[kind] if kind < 10 else self._on_unknown
                handle(flags, number & 0x7FFFFFFF, inbox[start:end])
            except StreamFaultError as fault:
                self._refuse(number & 0x7FFFFFFF, fault)
            if self.is_over:
                return False
            at = self._at
            if until is not None and self._clock() + self.begun >= until:
                return at <= size - 9
        self._inbox, self._at = inbox[at:], 0
        if at and self._open_block is None:
            self._midway_since = 0.0
        self.has_grown |= at < size
        return False

    def _refuse(self, number: int, fault: StreamFaultError) -> None:
        """RFC 9113, 5.4.2."""
        self._note(fault)
        self._spend("refusals" if fault.code is ErrorCode.REFUSED_STREAM else "provoked_resets")
        self.reset(number, fault.code)

    def _on_headers(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.2."""
        if number & 1 == 0:
            raise protocol_error("clients open streams of odd numbers")
        self_dependent = False
        if flags & PADDED:
            payload = frames.without_padding(payload)
        if flags & PRIORITIZED:
            if len(payload) < 5:
                raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR, "frame_size", "a priority is incomplete")
            self_dependent = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF == number
            payload = payload[5:]
        if not flags & END_HEADERS:
            self._open_block = number, flags, [payload]
            return
        self._take_block(number, payload, flags)
        if self_dependent:
            raise malformed("a stream depends on itself")

    def _on_continuation(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.10."""
        if self._open_block is None or self._open_block[0] != number:
            raise protocol_error("CONTINUATION continues nothing")
        _, first_flags, pieces = self._open_block
        pieces.append(payload)
        if len(pieces) > self._limits.continuations + 1 or sum(map(len, pieces)) > self._limits.block_bytes:
            raise too_much("continuations", "a header block is too long")
        if flags & END_HEADERS:
            self._open_block = None
            self._take_block(number, b"".join(pieces), first_flags)

    def _take_block(self, number: int, block: bytes, flags: int) -> None:
        if number <= self._last:
            self._take_late_block(number, block, flags)
            return
        self._before, self._last = self._last, number
        try:
            request = self._blocks.find(block) or self._read_block(block)
        except HeaderListError as fault:
            self._refuse_list(number, flags, fault)
            return
        if number > self._last_accepted:
            self._forget(number)  # the peer was notified that it is ignored (RFC 9113, 6.8)
            return
        if len(self._streams) >= self._limits.concurrent_streams:
            raise StreamFaultError(ErrorCode.REFUSED_STREAM, "concurrent_streams", "too many streams are open")
        if flags == END_HEADERS and self._is_answered(number, request):
            return
        stream = self.open(number, request, is_whole=flags & END_STREAM != 0)
        self._application.opened(self, stream)
        if flags & END_STREAM and not stream.is_ended:
            self._take_content(stream, b"", END_STREAM)

    def _read_block(self, block: bytes) -> RequestStart[Routed]:
        self.has_grown = True
        return self._blocks.read(block, self._answered)

    def _refuse_list(self, number: int, flags: int, fault: HeaderListError) -> None:
        """Refuse one request: the table is in step, so that the others go on."""
        self._note(fault)
        self._spend("long_headers")
        if number > self._last_accepted:
            self._forget(number)
            return
        self._application.too_long(self, number)
        if not flags & END_STREAM:
            self.reset(number, ErrorCode.NO_ERROR)  # RFC 9113, 8.1

    def _is_answered(self, number: int, request: RequestStart[Routed]) -> bool:
        """Whether all content follows in one frame, as usual, and the application answered the request."""
        inbox, start = self._inbox, self._at + 9
        if start > len(inbox) or request.length >= 0:
            return False
        high, size, kind, flags, other = read_head(inbox, self._at)
        end = start + size
        if kind or flags != END_STREAM or other != number or high or size > self._most_at_once or end > len(inbox):
            return False
        if not self._application.at_once(self, number, request, inbox[start:end]):
            return False
        self._at = end
        self._count_content(size)
        return True

    def _take_late_block(self, number: int, block: bytes, flags: int) -> None:
        """Take trailers, and blocks of closed streams, which change the table too (RFC 9113, 4.3)."""
        fields = self._blocks.fields(block)
        stream = self._streams.get(number)
        if stream is not None:
            if stream.is_remote_closed:
                raise StreamFaultError(ErrorCode.STREAM_CLOSED, "closed", "HEADERS after the end of a stream")
            if not flags & END_STREAM:
                raise malformed("HEADERS within a request")
            check_trailers(fields)
            self._take_content(stream, b"", END_STREAM)
        elif number not in self._ended_early:
            if self._before < number < self._last:
                raise protocol_error("a stream's number is lower than one before")
            raise ConnectionFaultError(ErrorCode.STREAM_CLOSED, "closed", "HEADERS on a closed stream")

    def _is_idle(self, number: int) -> bool:
        return number > self._last or number & 1 == 0

    def _on_data(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.1."""
        size = len(payload)
        self._count_content(size)
        stream = self._streams.get(number)
        if stream is None:
            if self._is_idle(number):
                raise protocol_error("DATA on an idle stream")
            if number in self._ended_early:
                return
            raise StreamFaultError(ErrorCode.STREAM_CLOSED, "closed", "DATA on a closed stream")
        if stream.is_remote_closed:
            raise StreamFaultError(ErrorCode.STREAM_CLOSED, "closed", "DATA after the end of a stream")
        stream.window -= size
        if stream.window < 0:
            raise StreamFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "more content than the window allows")
        if flags & PADDED:
            payload = frames.without_padding(payload)
            self.credit(stream, size - len(payload))
        if not payload and not flags & END_STREAM:
            self._spend("empty_frames")
            return
        self._take_content(stream, payload, flags)

    def _count_content(self, size: int) -> None:
        """Count content, and widen the window of the connection again (RFC 9113, 6.9)."""
        self._owed += size
        if self._owed * 2 >= self._limits.connection_window:
            if self._owed > self._limits.connection_window:
                raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "more content than allowed")
            self._out.append(frames.window_update(0, self._owed))
            self._owed = 0

    def _take_content(self, stream: Stream[Routed], data: bytes, flags: int) -> None:
        is_last = flags & END_STREAM != 0
        stream.received += len(data)
        expected = stream.request.length
        if expected >= 0 and (stream.received > expected or (is_last and stream.received < expected)):
            raise malformed("the length of the content differs from content-length")
        stream.is_remote_closed = is_last
        self._application.data(self, stream, data, is_last)

    def _on_reset(self, _flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.4."""
        frames.expect(payload, 4, 0)
        if self._is_idle(number):
            raise protocol_error("RST_STREAM on an idle stream")
        self._spend("resets")
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._drop(stream)

    def _on_settings(self, flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.5, 6.5.3 and 6.9.2."""
        if number:
            raise protocol_error("SETTINGS on a stream")
        if flags & ACK:
            frames.expect(payload, 0, 0)
            return
        self._spend("settings")
        self._is_settled = True
        self._out.append(frames.frame(frames.SETTINGS, ACK, 0))
        before, self._initial_window = self._initial_window, frames.initial_window(payload, self._initial_window)
        if grown := self._initial_window - before:
            for stream in self._streams.values():
                self._widen(stream, grown, is_setting=True)
            self._push_all()

    def _on_window(self, _flags: int, number: int, payload: bytes) -> None:
        """RFC 9113, 6.9."""
        frames.expect(payload, 4, 0)
        self._spend("window_updates")
        by = int.from_bytes(payload, "big") & frames.WIDEST
        if number and self._is_idle(number):
            raise protocol_error("WINDOW_UPDATE on an idle stream")
        if by == 0:
            raise (malformed if number else protocol_error)("WINDOW_UPDATE by nothing")
        if number == 0:
            self._send_window += by
            if self._send_window > frames.WIDEST:
                raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR, "window", "the window is too wide")
            self._push_all()
            return
        stream = self._streams.get(number)
        if stream is not None:
            self._widen(stream, by, is_setting=False)
            self._push(stream)
