"""Sends answers within the windows of the peer (RFC 9113, 5.2 and 8.1)."""

from collections.abc import Callable
from typing import Generic, TypeAlias

from authz.http2 import frames
from authz.http2.control import Clock, Control, OnPeerFault
from authz.http2.errors import ConnectionFaultError, ErrorCode, StreamFaultError
from authz.http2.frames import CONTINUATION, END_HEADERS, END_STREAM, HEADERS, MOST_BYTES
from authz.http2.headers import RequestStart, Routed
from authz.http2.limits import Http2Limits
from authz.http2.stream import Stream

_REMEMBERED = 4000  # streams ended by this server while the peer may still send
Prepared: TypeAlias = tuple[bytes, bytes]


class Sending(Control, Generic[Routed]):
    """The streams of a connection, and their answers."""

    def __init__(
        self, limits: Http2Limits, clock: Clock, on_peer_fault: OnPeerFault, cancelled: Callable[[Stream[Routed]], None]
    ) -> None:
        super().__init__(limits, clock, on_peer_fault)
        self._cancelled = cancelled
        self._streams: dict[int, Stream[Routed]] = {}
        self._blocked: dict[int, Stream[Routed]] = {}
        self._ended_early: dict[int, None] = {}
        self._initial_window = 65535
        self._send_window = 65535
        self._held = self._unsent = 0
        self.has_grown = False
        """Whether more may be kept for the peer than at the last `weigh`."""
        self._is_stuck = False

    def pause(self) -> None:
        """The peer does not read: content of long answers is kept here, where it is counted."""
        self._is_stuck = True

    def resume(self) -> None:
        """The peer reads again."""
        self._is_stuck = False
        self._push_all()

    def open(self, number: int, request: RequestStart[Routed], *, is_whole: bool = False) -> Stream[Routed]:
        """The stream of a request, made if there is none yet; nothing more of it comes if it `is_whole`."""
        if number not in self._streams:
            self._streams[number] = Stream(number, request, self._initial_window, self._limits.stream_window)
            self._streams[number].is_remote_closed = is_whole
        return self._streams[number]

    def answer(
        self, number: int, request: RequestStart[Routed], head: Prepared, content: bytes, ending: Prepared
    ) -> None:
        """Send a complete answer to a complete request, without a stream if the windows allow it.

        Its two HEADERS frames come from `prepared`, made once for many answers.
        """
        size, stream = len(content), self._streams.get(number)
        window = self._initial_window if stream is None else stream.send_window
        (first, fields), (last, trailers) = head, ending
        if size > MOST_BYTES or size > window or size > self._send_window:
            stream = self.open(number, request, is_whole=True)
            self.start(stream, fields)
            self.send(stream, content)
            self.end(stream, trailers)
            return
        self._send_window -= size
        where = number.to_bytes(4, "big")
        # The size, and zeros for the type and the flags of DATA.
        self._out += (first, where, fields, (size << 16).to_bytes(5, "big"), where, content, last, where, trailers)
        self._finish(number)

    def refuse(self, number: int, ending: Prepared) -> None:
        """Send an answer of header fields alone, made by `prepared`."""
        self._out += (ending[0], number.to_bytes(4, "big"), ending[1])
        self._finish(number)

    def start(self, stream: Stream[Routed], block: bytes) -> None:
        """Send the first fields of an answer; content follows."""
        if not stream.is_ended:
            self._write_block(stream.number, block, 0)

    def send(self, stream: Stream[Routed], content: bytes) -> None:
        """Send content, or keep it in `unsent` until the windows allow it."""
        if stream.is_ended:
            return
        if stream.unsent or len(content) > self._allowed(stream):
            stream.unsent += content
            self._unsent += len(content)
            self.has_grown = True
            self._push(stream)
        else:
            self._write_content(stream, content)

    def end(self, stream: Stream[Routed], block: bytes) -> None:
        """Send the last fields of an answer, after all content; alone, they are a complete answer."""
        if not stream.is_ended:
            stream.ending = block
            self._push(stream)

    def _write_block(self, number: int, block: bytes, flags: int) -> None:
        """RFC 9113, 6.2 and 6.10."""
        first, rest = block[:MOST_BYTES], block[MOST_BYTES:]
        self._out.append(frames.frame(HEADERS, flags | (0 if rest else END_HEADERS), number, first))
        while rest:
            first, rest = rest[:MOST_BYTES], rest[MOST_BYTES:]
            self._out.append(frames.frame(CONTINUATION, 0 if rest else END_HEADERS, number, first))

    def _allowed(self, stream: Stream[Routed]) -> int:
        """Bytes of content that may be written now (RFC 9113, 6.9.1)."""
        return 0 if self._is_stuck else min(stream.send_window, self._send_window, MOST_BYTES)

    def _write_content(self, stream: Stream[Routed], content: bytes) -> None:
        size = len(content)
        self._out += (size << 16).to_bytes(5, "big"), stream.number.to_bytes(4, "big"), content
        self._answered += 1  # a piece of a long answer earns the peer as much as a short answer
        stream.send_window -= size
        self._send_window -= size

    def _push(self, stream: Stream[Routed]) -> None:
        """Write what the windows allow."""
        unsent, number = stream.unsent, stream.number
        while unsent:
            size = min(len(unsent), self._allowed(stream))
            if size <= 0:
                self._blocked[number] = stream
                return
            self._write_content(stream, bytes(unsent[:size]))
            del unsent[:size]
            self._unsent -= size
            stream.stalled = 0.0
        self._blocked.pop(number, None)
        if stream.drained is not None:
            stream.drained()
        if stream.ending is not None:
            self._write_block(number, stream.ending, END_STREAM)
            self._finish(number)

    def _push_all(self) -> None:
        """Push blocked streams, the longest blocked first; one that blocks again goes behind the others."""
        for number, stream in list(self._blocked.items()):
            if self._send_window <= 0 or self._is_stuck:
                return
            del self._blocked[number]
            self._push(stream)

    def _finish(self, number: int) -> None:
        """Finish an answer; a peer that still sends gets a reset (RFC 9113, 8.1)."""
        self._answered += 1
        stream = self._streams.pop(number, None)
        if stream is None:
            return
        stream.is_ended = True
        stream.call = None
        self._held -= stream.held
        if not stream.is_remote_closed:
            self._out.append(frames.rst_stream(number, ErrorCode.NO_ERROR))
            self._forget(number)

    def reset(self, number: int, code: ErrorCode) -> None:
        """End a stream at once, and ignore what still comes (RFC 9113, 5.4.2)."""
        self._out.append(frames.rst_stream(number, code))
        self._forget(number)
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._drop(stream)

    def _drop(self, stream: Stream[Routed]) -> None:
        self._blocked.pop(stream.number, None)
        self._held -= stream.held
        self._unsent -= len(stream.unsent)
        stream.is_ended = True
        self._cancelled(stream)
        stream.call = None

    def _forget(self, number: int) -> None:
        """Ignore frames of a stream that may be under way (RFC 9113, 5.1, closed)."""
        self._ended_early[number] = None
        self.has_grown = True
        if len(self._ended_early) > _REMEMBERED:
            del self._ended_early[next(iter(self._ended_early))]

    def hold(self, stream: Stream[Routed], size: int) -> None:
        """Count `size` bytes, which may be negative, that the application keeps for a stream.

        Raises:
            StreamFaultError: if the connection would keep too much; they are not counted then.
        """
        if stream.is_ended:
            return
        if self._held + size > self._limits.buffered_bytes:
            raise StreamFaultError(ErrorCode.ENHANCE_YOUR_CALM, "buffered", "too much content of incomplete requests")
        stream.held += size
        self._held += size
        self.has_grown = True

    def credit(self, stream: Stream[Routed], size: int) -> None:
        """Allow the peer to send `size` bytes more on a stream (RFC 9113, 6.9)."""
        if stream.is_remote_closed or stream.is_ended:
            return
        stream.owed += size
        if stream.owed * 2 >= self._limits.stream_window:
            self._out.append(frames.window_update(stream.number, stream.owed))
            stream.window += stream.owed
            stream.owed = 0

    def _widen(self, stream: Stream[Routed], by: int, *, is_setting: bool) -> None:
        """RFC 9113, 6.9.1 and 6.9.2: a window may become negative, but not too wide."""
        stream.send_window += by
        if stream.send_window > frames.WIDEST:
            kind = ConnectionFaultError if is_setting else StreamFaultError
            raise kind(ErrorCode.FLOW_CONTROL_ERROR, "window", "the window is too wide")


def prepared(block: bytes, flags: int) -> Prepared:
    """A HEADERS frame, as the parts before and after the number of its stream.

    Raises:
        ValueError: if the block is too long for one frame.
    """
    if len(block) > MOST_BYTES:
        raise ValueError("the block is too long for one frame")
    return len(block).to_bytes(3, "big") + bytes((HEADERS, flags | END_HEADERS)), block
