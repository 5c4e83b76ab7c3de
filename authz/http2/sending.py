"""Answers on their way out, as far as the peer's windows allow (RFC 9113, 5.2 and 8.1)."""

from collections.abc import Callable
from typing import Generic

from authz.http2 import frames
from authz.http2.control import Clock, Control, Told
from authz.http2.errors import ConnectionFaultError, ErrorCode, StreamFaultError
from authz.http2.frames import CONTINUATION, END_HEADERS, END_STREAM, HEADERS, MOST_BYTES
from authz.http2.headers import Meaning
from authz.http2.limits import Http2Limits
from authz.http2.stream import Stream

_DATA = bytes((frames.DATA, 0))
_PLACE = 5  # bytes before the number of a prepared frame
_REMEMBERED = 4000  # streams that we ended while the peer may still send


class Sending(Control, Generic[Meaning]):
    """The streams of a connection, seen from the answering side."""

    def __init__(
        self, limits: Http2Limits, clock: Clock, told: Told, cancelled: Callable[[Stream[Meaning]], None]
    ) -> None:
        super().__init__(limits, clock, told)
        self._cancelled = cancelled
        self._streams: dict[int, Stream[Meaning]] = {}
        self._blocked: dict[int, Stream[Meaning]] = {}
        self._ended_early: dict[int, None] = {}
        self._initial_window = 65535
        self._send_window = 65535
        self._held = 0
        self._is_stuck = False

    def pause(self) -> None:
        """The peer takes nothing: content of long answers waits here, where it is counted."""
        self._is_stuck = True

    def resume(self) -> None:
        """It does again."""
        self._is_stuck = False
        self._push_all()

    def answer(self, stream: Stream[Meaning], head: bytes, content: bytes, ending: bytes) -> None:
        """A whole answer: a frame of HEADERS without its number, content, and such a frame that ends the stream.

        The two frames are made by `prepared`; what is made once is written a million times.
        """
        size = len(content)
        number = stream.number.to_bytes(4, "big")
        out = self._out
        out += (head[:5], number, head[5:])
        if size > self._send_window or size > stream.send_window or size > MOST_BYTES:
            stream.unsent = bytearray(content)
            stream.ending = ending
            self._push(stream)
            return
        self._send_window -= size
        stream.send_window -= size
        out += (size.to_bytes(3, "big"), _DATA, number, content, ending[:5], number, ending[5:])
        self._finish(stream)

    def refuse(self, stream: Stream[Meaning], ending: bytes) -> None:
        """The cheapest whole answer: fields alone, made by `prepared`."""
        self._out += (ending[:5], stream.number.to_bytes(4, "big"), ending[5:])
        self._finish(stream)

    def start(self, stream: Stream[Meaning], block: bytes) -> None:
        """The fields that an answer starts with; content follows."""
        if not stream.is_ended:
            self._write_block(stream.number, block, 0)

    def send(self, stream: Stream[Meaning], content: bytes) -> None:
        """Content, now or when the windows allow; `unsent` is what waits."""
        if stream.is_ended:
            return
        if stream.unsent is None:
            stream.unsent = bytearray()
        stream.unsent += content
        self._push(stream)

    def end(self, stream: Stream[Meaning], block: bytes) -> None:
        """The fields that an answer ends with, after all content; alone they are a whole answer."""
        if not stream.is_ended:
            stream.ending = bytes(_PLACE) + block
            self._push(stream)

    def _write_block(self, number: int, block: bytes, flags: int) -> None:
        """RFC 9113, 6.2 and 6.10."""
        first, rest = block[:MOST_BYTES], block[MOST_BYTES:]
        self._out.append(frames.frame(HEADERS, flags | (0 if rest else END_HEADERS), number, first))
        while rest:
            first, rest = rest[:MOST_BYTES], rest[MOST_BYTES:]
            self._out.append(frames.frame(CONTINUATION, 0 if rest else END_HEADERS, number, first))

    def _push(self, stream: Stream[Meaning]) -> None:
        """Write what the windows allow (RFC 9113, 6.9.1)."""
        unsent, number = stream.unsent, stream.number
        while unsent:
            size = min(len(unsent), stream.send_window, self._send_window, MOST_BYTES)
            if size <= 0 or self._is_stuck:
                self._blocked[number] = stream
                return
            self._out.append(frames.frame(frames.DATA, 0, number, bytes(unsent[:size])))
            del unsent[:size]
            self._answered += 1  # the peer may say as much about a piece of a long answer as about a short one
            stream.send_window -= size
            self._send_window -= size
            stream.stalled = 0.0
        self._blocked.pop(number, None)
        if stream.drained is not None:
            stream.drained()
        if stream.ending is not None:
            self._write_block(number, stream.ending[_PLACE:], END_STREAM)
            self._finish(stream)

    def _push_all(self) -> None:
        """Those that were stuck longest first: a stream that gets stuck again goes behind the others."""
        for number, stream in list(self._blocked.items()):
            if self._send_window <= 0 or self._is_stuck:
                return
            del self._blocked[number]
            self._push(stream)

    def _finish(self, stream: Stream[Meaning]) -> None:
        """The answer is out. A peer that still sends is told that nobody listens (RFC 9113, 8.1)."""
        number = stream.number
        stream.is_ended = True
        stream.call = None
        self._answered += 1
        self._held -= stream.held
        del self._streams[number]
        if not stream.is_remote_closed:
            self._out.append(frames.rst_stream(number, ErrorCode.NO_ERROR))
            self._forget(number)

    def reset(self, number: int, code: ErrorCode) -> None:
        """End a stream at once; nothing more of it is heard (RFC 9113, 5.4.2)."""
        self._out.append(frames.rst_stream(number, code))
        self._forget(number)
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._drop(stream)

    def _drop(self, stream: Stream[Meaning]) -> None:
        self._blocked.pop(stream.number, None)
        self._held -= stream.held
        stream.is_ended = True
        self._cancelled(stream)
        stream.call = None

    def _forget(self, number: int) -> None:
        """What was under way on this stream is to be ignored for a while (RFC 9113, 5.1, closed)."""
        self._ended_early[number] = None
        if len(self._ended_early) > _REMEMBERED:
            del self._ended_early[next(iter(self._ended_early))]

    def hold(self, stream: Stream[Meaning], size: int) -> None:
        """The application keeps so many bytes more, or fewer, for a stream.

        Raises:
            StreamFaultError: if together it would be too much; nothing is held then.
        """
        if stream.is_ended:
            return
        if self._held + size > self._limits.buffered_bytes:
            raise StreamFaultError(ErrorCode.ENHANCE_YOUR_CALM, "buffered", "too much content waits to be whole")
        stream.held += size
        self._held += size

    def credit(self, stream: Stream[Meaning], size: int) -> None:
        """The peer may send so many bytes more on a stream (RFC 9113, 6.9)."""
        if not stream.is_remote_closed and not stream.is_ended and (grant := stream.window.give(size)):
            self._out.append(frames.window_update(stream.number, grant))

    def _widen(self, stream: Stream[Meaning], by: int, *, is_setting: bool) -> None:
        """RFC 9113, 6.9.1 and 6.9.2: a window may become negative, but never too wide."""
        stream.send_window += by
        if stream.send_window > frames.WIDEST:
            kind = ConnectionFaultError if is_setting else StreamFaultError
            raise kind(ErrorCode.FLOW_CONTROL_ERROR, "window", "the window is too wide")


def prepared(block: bytes, flags: int) -> bytes:
    """A frame of HEADERS but for its stream's number, which belongs after five bytes.

    Raises:
        ValueError: if the block is too long for one frame.
    """
    if len(block) > MOST_BYTES:
        raise ValueError("the block is too long for one frame")
    return len(block).to_bytes(3, "big") + bytes((HEADERS, flags | END_HEADERS)) + block
