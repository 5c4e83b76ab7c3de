"""Drives a connection without sockets: a clock that is set, an application that writes down what it hears."""

import asyncio
import struct
from collections import Counter

from authz.http2 import frames
from authz.http2.connection import Connection
from authz.http2.errors import ErrorCode
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.http2.protocol import ConnectionProtocol
from authz.http2.sending import prepared

GREETING = frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0)
HEAD = b"\x83\x86\x84" + literal(b":authority", b"here")  # POST http /
ENDED = frames.END_STREAM


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Listening:
    """Echoes content once it is whole, without a stream where it `is_quick` and there is none yet; keeps `heard`."""

    def __init__(self, *, answers=True, is_quick=False):
        self.heard = []
        self.answers, self.is_quick = answers, is_quick
        self.content = {}

    def interpret(self, head):
        return head

    def at_once(self, connection, number, request, data):
        if self.is_quick:
            self._echo(connection, number, request, data)
        return self.is_quick

    def opened(self, _connection, stream):
        self.heard.append(("opened", stream.number, stream.request.routed))

    def data(self, connection, stream, data, is_last):
        self.content[stream.number] = self.content.get(stream.number, b"") + data
        connection.credit(stream, len(data))
        if is_last:
            content = self.content.pop(stream.number)
            self.heard.append(("whole", stream.number, content))
            if self.answers:
                self._echo(connection, stream.number, stream.request, content)

    def _echo(self, connection, number, request, content):
        ending = prepared(literal(b"grpc-status", b"0"), ENDED)
        connection.answer(number, request, prepared(b"\x88", 0), content, ending)

    def too_long(self, connection, number):
        self.heard.append(("too long", number))
        connection.refuse(number, prepared(literal(b"grpc-status", b"8"), ENDED))

    def cancelled(self, stream):
        self.heard.append(("cancelled", stream.number))


class Driven:
    """A connection that was greeted."""

    def __init__(self, limits=DEFAULT_HTTP2_LIMITS, *, answers=True, is_quick=False, greeting=GREETING):
        self.clock = Clock()
        self.application = Listening(answers=answers, is_quick=is_quick)
        self.told = []
        self.connection = Connection(
            self.application, limits, self.clock, lambda kind, reason: self.told.append((kind, reason))
        )
        if greeting:
            self.send(greeting)

    @property
    def faults(self):
        return Counter(kind for kind, _ in self.told)

    def send(self, *data):
        """What comes back, as frames."""
        self.connection.receive(b"".join(data))
        return split(self.connection.output())

    def wait(self, seconds):
        self.clock.now += seconds
        self.connection.tick()
        return split(self.connection.output())


def split(data):
    """(type, flags, stream, payload) of each frame."""
    found = []
    while data:
        size = int.from_bytes(data[:3], "big")
        found.append((data[3], data[4], int.from_bytes(data[5:9], "big"), data[9 : 9 + size]))
        assert len(data) >= 9 + size
        data = data[9 + size :]
    return found


def headers(stream, block=HEAD, flags=frames.END_HEADERS):
    return frames.frame(frames.HEADERS, flags, stream, block)


START = b"\x83\x86" + literal(b":authority", b"a")
GRPC = literal(b"content-type", b"application/grpc+proto")


def call(path, *fields, kind=GRPC, stream=1):
    block = START + literal(b":path", path) + kind + b"".join(literal(name, value) for name, value in fields)
    return headers(stream, block)


def data(stream, content=b"", flags=0):
    return frames.frame(frames.DATA, flags, stream, content)


def reset(stream, code=8):
    return frames.frame(frames.RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway_of(answers):
    """The code of the GOAWAY that ended it."""
    return [ErrorCode(int.from_bytes(payload[4:8], "big")) for kind, _, _, payload in answers if kind == frames.GOAWAY]


def resets_of(answers):
    return [
        (stream, ErrorCode(int.from_bytes(payload, "big")))
        for kind, _, stream, payload in answers
        if kind == frames.RST_STREAM
    ]


def content_of(answers, stream):
    return b"".join(payload for kind, _, number, payload in answers if kind == frames.DATA and number == stream)


def settings(*pairs, flags=0, stream=0):
    return frames.frame(frames.SETTINGS, flags, stream, b"".join(struct.pack(">HI", *pair) for pair in pairs))


def window(stream, by):
    return frames.frame(frames.WINDOW_UPDATE, 0, stream, struct.pack(">I", by))


class Transport(asyncio.Transport):
    """Writes down what is written."""

    def __init__(self):
        super().__init__()
        self.written = b""
        self.unsent = 0
        """Bytes that the peer does not take."""
        self.is_paused = self.is_closed = self.is_aborted = False

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.is_closed

    def close(self):
        self.is_closed = True

    def abort(self):
        self.is_closed = self.is_aborted = True

    def pause_reading(self):
        self.is_paused = True

    def resume_reading(self):
        self.is_paused = False

    def get_write_buffer_size(self):
        return self.unsent


ECHO = HEAD[:2] + b"\x04\x10/echo.Echo/Unary" + b"\x0f\x10\x10application/grpc"


def made(server, address="127.0.0.1"):
    assert server.upkeep.enter(address)
    protocol, transport = ConnectionProtocol(server, address), Transport()
    protocol.connection_made(transport)
    return protocol, transport
