"""A load generator for gRPC that sends frames encoded in advance, so that it costs less than the server.

It implements just enough of HTTP/2 (RFC 9113) for a server that behaves well. A call counts as answered when a message
is received, since an error consists of trailers only.
"""

import itertools
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from authz.errors import AuthzError

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8
_END_STREAM, _END_HEADERS, _ACK = 0x1, 0x4, 0x1
_WIDE = 2**31 - 1  # the receive window: the server never waits for the client
_FRAME = 16384
PATIENCE = 60.0  # seconds without any answer after which a run is aborted


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _text(value: bytes) -> bytes:
    if len(value) > 126:
        raise ValueError("the header value is too long for this generator")
    return bytes([len(value)]) + value


def header_blocks(path: str) -> Iterator[bytes]:
    """The header block of the first call, which fills the peer's dynamic table, then that of later calls (RFC 7541)."""
    first = b"\x83\x86" + b"\x44" + _text(path.encode()) + b"\x41" + _text(b"localhost")
    yield first + b"\x5f" + _text(b"application/grpc") + b"\x40" + _text(b"te") + _text(b"trailers")
    yield from itertools.repeat(b"\x83\x86\xc1\xc0\xbf\xbe")


def grpc_message(data: bytes) -> bytes:
    """A message with the gRPC prefix: the compression flag (0) and the length."""
    return b"\0" + len(data).to_bytes(4, "big") + data


@dataclass(slots=True)
class Figures:
    """The result of a run; `latencies` are seconds, one for each answered call or message, sorted.

    `refusals` are the same of the calls that ended without an answer.
    """

    answered: int
    failed: int
    seconds: float
    latencies: list[float]
    refusals: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds

    def percentile(self, share: float) -> float:
        """The latency, in seconds, that `share` of the calls did not exceed."""
        if not self.latencies:
            return float("nan")
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


@dataclass(slots=True)
class _Stream:
    """An open stream: when its unanswered messages were due, and its send window."""

    window: int
    due: deque[float] = field(default_factory=deque)
    unsent: bytes = b""
    heard: bytearray = field(default_factory=bytearray)
    ends_after_send: bool = True


class Connection:
    """One connection, to `path` unless the `blocks` of its calls are given.

    It calls `answered(stream, due)` for each message, and `ended(dues of what was not answered)`.
    """

    def __init__(self, address: str, path: str, blocks: Iterator[bytes] | None = None) -> None:
        self._socket = _connect(address)
        self._blocks = blocks or header_blocks(path)
        self._next = 1
        self._window = 65535
        self._initial = 65535
        self._most = 1 << 31
        self._streams: dict[int, _Stream] = {}
        self._inbox = bytearray()
        self._outbox = bytearray(_PREFACE)
        self._outbox += _frame(_SETTINGS, 0, 0, struct.pack(">HIHI", 0x2, 0, 0x4, _WIDE))
        self._outbox += _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", _WIDE - 65535))
        self.answered: Callable[[int, float], None] = lambda _stream, _due: None
        self.ended: Callable[[deque[float]], None] = lambda _dues: None

    @property
    def under_way(self) -> int:
        """The number of open streams."""
        return len(self._streams)

    @property
    def has_room(self) -> bool:
        """Whether the peer's limit allows another stream."""
        return len(self._streams) < self._most

    def open(self, message: bytes, due: float, *, last: bool = True) -> int:
        """Start a call with one prefixed message; further ones may be sent unless it was the `last`."""
        number = self._next
        self._next += 2
        self._outbox += _frame(_HEADERS, _END_HEADERS, number, next(self._blocks))
        self._streams[number] = _Stream(self._initial, ends_after_send=last)
        self.send(number, message, due)
        return number

    def send(self, number: int, message: bytes, due: float) -> None:
        """Send a message on an open stream, as far as the windows allow, and the rest later."""
        stream = self._streams[number]
        stream.due.append(due)
        stream.unsent += message
        self._push(number, stream)

    def finish(self, number: int) -> None:
        """End the stream on the client's side."""
        self._outbox += _frame(_DATA, _END_STREAM, number)

    def waiting(self, number: int) -> int:
        """The number of unanswered messages of a stream."""
        return len(self._streams[number].due)

    def _push(self, number: int, stream: _Stream) -> None:
        while stream.unsent and (size := min(len(stream.unsent), stream.window, self._window, _FRAME)) > 0:
            part, stream.unsent = stream.unsent[:size], stream.unsent[size:]
            stream.window -= size
            self._window -= size
            flags = _END_STREAM if stream.ends_after_send and not stream.unsent else 0
            self._outbox += _frame(_DATA, flags, number, part)

    def turn(self, seconds: float) -> bool:
        """Write pending data and read for at most `seconds`; return whether anything was received."""
        self._write()
        if not self.is_readable(max(seconds, 0)):
            return False
        data = self._socket.recv(1 << 18)
        if not data:
            raise AuthzError("the server closed the connection")
        self._inbox += data
        self._read_frames()
        self._write()
        return True

    def is_readable(self, seconds: float) -> bool:
        """Whether data arrives within `seconds`."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def _write(self) -> None:
        if self._outbox:
            self._socket.sendall(self._outbox)
            self._outbox.clear()

    def _read_frames(self) -> None:
        inbox, at, size = self._inbox, 0, len(self._inbox)
        while size - at >= 9:
            length = inbox[at] << 16 | inbox[at + 1] << 8 | inbox[at + 2]
            end = at + 9 + length
            if end > size:
                break
            number = int.from_bytes(inbox[at + 5 : at + 9], "big") & _WIDE
            self._hear(inbox[at + 3], inbox[at + 4], number, inbox[at + 9 : end])
            at = end
        del inbox[:at]

    def _hear(self, kind: int, flags: int, number: int, payload: bytearray) -> None:
        stream = self._streams.get(number)
        if kind == _DATA and stream is not None:
            stream.heard += payload
            self._take_messages(number, stream)
        elif kind == _SETTINGS and not flags & _ACK:
            self._settle(payload)
        elif kind == _PING and not flags & _ACK:
            self._outbox += _frame(_PING, _ACK, 0, bytes(payload))
        elif kind == _WINDOW_UPDATE:
            self._widen(number, int.from_bytes(payload, "big"))
        elif kind == _GOAWAY:
            raise AuthzError("the server sent GOAWAY")
        if stream is not None and (kind == _RST_STREAM or (kind in {_DATA, _HEADERS} and flags & _END_STREAM)):
            del self._streams[number]
            self.ended(stream.due)

    def _take_messages(self, number: int, stream: _Stream) -> None:
        heard = stream.heard
        while len(heard) >= 5 and len(heard) >= (end := 5 + int.from_bytes(heard[1:5], "big")):
            del heard[:end]
            self.answered(number, stream.due.popleft())

    def _settle(self, payload: bytearray) -> None:
        for key, value in struct.iter_unpack(">HI", payload):
            if key == 0x4:
                for stream in self._streams.values():
                    stream.window += value - self._initial
                self._initial = value
            elif key == 0x3:
                self._most = value
        self._outbox += _frame(_SETTINGS, _ACK, 0)
        self._push_all()

    def _widen(self, number: int, by: int) -> None:
        if number == 0:
            self._window += by
            self._push_all()
        elif number in self._streams:
            self._streams[number].window += by
            self._push(number, self._streams[number])

    def _push_all(self) -> None:
        for number, stream in self._streams.items():
            if stream.unsent:
                self._push(number, stream)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connected = socket.socket(socket.AF_UNIX)
        try:
            connected.connect(address.removeprefix("unix:"))
        except OSError:
            connected.close()
            raise
        return connected
    host, _, port = address.rpartition(":")
    connected = socket.create_connection((host.strip("[]"), int(port)))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


class Run:
    """Counts the answers of some connections."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.latencies: list[float] = []
        self.refusals: list[float] = []
        for connection in connections:
            connection.answered = self._answered
            connection.ended = self._ended

    def _answered(self, _stream: int, due: float) -> None:
        self.latencies.append(time.perf_counter() - due)

    def _ended(self, unanswered: deque[float]) -> None:
        if unanswered:
            self.refusals.append(time.perf_counter() - unanswered[0])

    def figures(self, seconds: float) -> Figures:
        """What was counted in so many seconds."""
        return Figures(len(self.latencies), len(self.refusals), seconds, sorted(self.latencies), sorted(self.refusals))


def closed_loop(address: str, path: str, messages: Iterator[bytes], in_flight: int) -> Figures:
    """Send all `messages` over one connection, `in_flight` at a time."""
    with closing(Connection(address, path)) as connection:
        return ask_in_turns(connection, messages, in_flight)


def ask_in_turns(connection: Connection, messages: Iterator[bytes], in_flight: int) -> Figures:
    """The same on an open connection."""
    run = Run([connection])
    start = time.perf_counter()
    is_over = False
    while not is_over or connection.under_way:
        while not is_over and connection.under_way < in_flight:
            message = next(messages, None)
            is_over = message is None
            if message is not None:
                connection.open(grpc_message(message), time.perf_counter())
        if connection.under_way and not connection.turn(PATIENCE):
            raise AuthzError("the server stopped answering")
    seconds = time.perf_counter() - start
    return run.figures(seconds)


def open_loop(address: str, path: str, messages: Iterator[bytes], rate: float) -> Figures:
    """Send `rate` messages per second, independent of the answers; latencies count from when each was due."""
    with closing(Connection(address, path)) as connection:
        return ask_at_a_rate(connection, messages, rate)


def ask_at_a_rate(connection: Connection, messages: Iterator[bytes], rate: float) -> Figures:
    """The same on an open connection."""
    run = Run([connection])
    start = time.perf_counter()
    sent = 0
    is_over = False
    while not is_over or connection.under_way:
        now = time.perf_counter()
        while not is_over and connection.has_room and (due := start + sent / rate) <= now:
            message = next(messages, None)
            is_over = message is None
            if message is not None:
                connection.open(grpc_message(message), due)
                sent += 1
        if is_over and not connection.under_way:
            break
        is_held = is_over or not connection.has_room
        came = connection.turn(PATIENCE if is_held else start + sent / rate - time.perf_counter())
        if is_held and not came and connection.under_way:
            raise AuthzError("the server stopped answering")
    seconds = time.perf_counter() - start
    return run.figures(seconds)
