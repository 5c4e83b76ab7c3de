"""Many connections that want to cost much, and stay: `python -m tests.load.crowd ADDRESS STATE COUNT`.

It says `ready`, opens connections from the first line on its standard input on, says `standing` when all have said what
they have to say, and after the next line tells as JSON how many live. Its priority is the lowest.
"""

import json
import os
import selectors
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from authz.cli.bench.load_generator import grpc_message, header_blocks
from authz.cli.bench.load_questions import warm
from authz.http2 import frames
from authz.http2.frames import END_HEADERS, END_STREAM, HEADERS, PREFACE, frame
from authz.http2.hpack import literal

_SERVICE = "/authz.v1.AuthorizationService/"
_QUESTION = grpc_message(next(warm(1)))
_GREETING = PREFACE + frames.settings(())
_NO_WINDOW = PREFACE + frames.settings(((4, 0),))
_AT_ONCE = 200  # connections that are under way
_SETTLING_SECONDS = 2.0


def _head(path, number=1, flags=END_HEADERS, more=b""):
    return frame(HEADERS, flags, number, next(header_blocks(path)) + more)


def _call(path, number, message=_QUESTION, flags=END_STREAM):
    """Each with the whole head, so that none depends on another."""
    block = b"\x83\x86\x04" + bytes([len(path)]) + path.encode() + b"\x0f\x10\x10application/grpc"
    return frame(HEADERS, END_HEADERS, number, block) + frame(frames.DATA, flags, number, message)


def _table():
    entries = b"".join(b"\x40\x03k%02d\x03%03d" % (number % 100, number) for number in range(110))
    return _head("/nothing", more=entries, flags=END_HEADERS | END_STREAM)


def _blocks(path, count):
    """Calls of which each has fields of its own, as many as may be remembered, that no table keeps."""
    start = b"\x83\x86\x04" + bytes([len(path)]) + path.encode() + b"\x0f\x10\x10application/grpc"
    blocks = ((number, start + literal(b"x", b"%d" % number) * 20) for number in range(1, 2 * count, 2))
    calls = (
        frame(HEADERS, END_HEADERS, number, block) + frame(frames.DATA, 1, number, bytes(5)) for number, block in blocks
    )
    return b"".join(calls)


def _hello():
    """What a client of TLS says first."""
    outgoing = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        _client_context().wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()


def _client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


_CHECK = _SERVICE + "Check"
_LONG = b"\0" + (1 << 20).to_bytes(4, "big") + bytes(16000)  # of a message of a megabyte


@dataclass(frozen=True, slots=True)
class State:
    """What each connection says, and to which door: the plain one, `tls`, `probes` of gRPC, or `http`.

    With TLS and `shakes_hands`, it says so after the handshake. Doors that are not `lasting` let go soon.
    """

    said: bytes
    door: str = "plain"
    shakes_hands: bool = False


STATES = {
    "silent": State(b""),
    "half a preface": State(PREFACE[:10]),
    "idle after the preface": State(_GREETING),
    "idle after a call": State(_GREETING + _call(_CHECK, 1)),
    "header tables, full": State(_GREETING + _table()),
    "header blocks, remembered": State(_GREETING + _blocks(_CHECK, 100)),
    "header blocks, on the probes' port": State(_GREETING + _blocks("/grpc.health.v1.Health/Check", 100), "probes"),
    "half header blocks": State(_GREETING + _head(_CHECK, flags=0, more=literal(b"k", bytes(16000)))),
    "half frames": State(_GREETING + _head(_CHECK) + frame(frames.DATA, 0, 1, _LONG)[:-1]),
    "half requests": State(_GREETING + _head(_CHECK) + frame(frames.DATA, 0, 1, _LONG)),
    "answered before they ended": State(
        _GREETING + b"".join(_call("/nothing", number, b"x", flags=0) for number in range(1, 400, 2))
    ),
    "answers not taken": State(_NO_WINDOW + b"".join(_call(_CHECK, number) for number in range(1, 100, 2))),
    "a stream each": State(_GREETING + _call(_SERVICE + "StreamCheck", 1, flags=0)),
    "a watch each": State(_GREETING + _call(_SERVICE + "WatchRevision", 1, b"\0\0\0\0\0")),
    "TLS, silent": State(b"", "tls"),
    "TLS, half a handshake": State(_hello(), "tls"),
    "TLS, idle after the preface": State(_GREETING, "tls", shakes_hands=True),
    "TLS, half a record": State(b"\x17\x03\x03\x40\0" + bytes(5000), "tls", shakes_hands=True),
    "HTTP, silent": State(b"", "http"),
    "HTTP, half a request": State(b"GET /metrics HTTP/1.1\r\nHost:", "http"),
    "HTTP, answers not taken": State(b"GET /metrics HTTP/1.1\r\n\r\n", "http"),
}


class _Line:
    """One connection: what it has to say, and whether it has."""

    def __init__(self, address, number, state, context):
        self.state, self.context = state, context
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.bind((f"127.1.{number // 200 % 200 + 1}.{number % 200 + 1}", 0))
        self.socket.setblocking(False)
        host, _, port = address.rpartition(":")
        self.socket.connect_ex((host, int(port)))
        self.unsent = memoryview(b"" if state.shakes_hands else state.said)
        self.tls = None
        if state.shakes_hands:
            self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self.tls = context.wrap_bio(self.incoming, self.outgoing)
            self._shake_hands()

    def _shake_hands(self):
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            said = self.outgoing.read()
        else:
            if not self.state.said.startswith(b"\x17"):  # which is no TLS by itself
                self.tls.write(self.state.said)
            said = self.outgoing.read() + (self.state.said if self.state.said.startswith(b"\x17") else b"")
            self.tls = None
        self.unsent = memoryview(bytes(self.unsent) + said)

    def turn(self, events):
        """Whether it lives."""
        try:
            if events & selectors.EVENT_READ:
                data = self.socket.recv(1 << 16)
                if self.tls is not None and data:
                    self.incoming.write(data)
                    self._shake_hands()
                if not data:
                    return False
            if self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent[: 1 << 18]) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    @property
    def is_done(self):
        return not self.unsent and self.tls is None


class Crowd:
    """All of them."""

    def __init__(self, address, state, count):
        self._address, self._state, self._missing = address, state, count
        self._number = 0
        self._context = _client_context()
        self._selector = selectors.EpollSelector()
        self._busy = set()
        self._said_at = 0.0
        self.lost = 0

    @property
    def alive(self):
        return len(self._selector.get_map())

    @property
    def is_standing(self):
        """Whether all came, and had some time to be heard."""
        if self._missing or self._busy:
            self._said_at = time.monotonic()
        return time.monotonic() > self._said_at + _SETTLING_SECONDS

    def step(self):
        while self._missing and len(self._busy) < _AT_ONCE:
            self._missing -= 1
            self._open()
        for key, events in self._selector.select(0.05):
            line = key.data
            if not line.turn(events):
                self._selector.unregister(line.socket)
                line.socket.close()
                self._busy.discard(line)
                self.lost += 1
            elif line.is_done and line in self._busy:
                self._busy.discard(line)
                self._selector.modify(line.socket, self._reads(), line)
            elif line in self._busy:
                self._selector.modify(line.socket, self._reads() | (2 if line.unsent else 0), line)

    def _reads(self):
        return 0 if self._state.said.startswith(b"GET") else selectors.EVENT_READ

    def _open(self):
        self._number += 1
        try:
            line = _Line(self._address, self._number, self._state, self._context)
        except OSError:
            self.lost += 1
            return
        self._busy.add(line)
        self._selector.register(line.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, line)


def main(address, name, count):
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    over = threading.Event()
    print("ready", flush=True)
    sys.stdin.readline()
    threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
    crowd, was_standing = Crowd(address, STATES[name], int(count)), False
    while not over.is_set():
        crowd.step()
        if not was_standing and crowd.is_standing:
            was_standing = True
            print(json.dumps({"alive": crowd.alive}), flush=True)
    print(json.dumps({"alive": crowd.alive, "lost": crowd.lost}))


if __name__ == "__main__":
    main(*sys.argv[1:])
