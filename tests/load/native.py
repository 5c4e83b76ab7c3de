"""What a call costs with `--transport native`, beside grpcio at its best and a C++ server that only echoes.

    python -m tests.load.native --yardstick BUILD/cpp_server

The yardstick is an asynchronous server on gRPC's C++ library that is started with its address. Every server is held to
one core and the generator to another; they take turns, and figures are medians, in µs of server CPU a call.
"""

import argparse
import itertools
import math
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hpack import Encoder

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Connection, ask_in_turns, header_blocks
from authz.cli.bench.process import free_port
from authz.cli.bench.workload import write_accounts
from authz.http2.hpack import literal
from tests.certificates import Authority
from tests.load import new_questions
from tests.load.cpu import cpu_seconds
from tests.sidecar import eventually

SERVICE = "/authz.v1.AuthorizationService"
CHECK, BATCH = f"{SERVICE}/Check", f"{SERVICE}/BatchCheck"
YARDSTICK = "C++ echo"
_WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from authz.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Server:
    """A running process, and how to reach it."""

    name: str
    address: str
    pid: int
    security: ssl.SSLContext | None = None

    def connect(self, blocks):
        if self.security is None:
            return Connection(self.address, CHECK, blocks)
        return SecureConnection(self.address, blocks, self.security)


@dataclass(frozen=True, slots=True)
class Scenario:
    """`blocks` makes the header blocks of one connection, `messages` so many messages."""

    name: str
    in_flight: int
    blocks: Callable[[], Iterator[bytes]]
    messages: Callable[[int], Iterator[bytes]]
    is_check: bool = True


class SecureConnection(Connection):
    """Over TLS, where what was decrypted and not read yet makes no socket readable."""

    def __init__(self, address, blocks, security):
        super().__init__(address, CHECK, blocks)
        self._socket = security.wrap_socket(self._socket, server_hostname="localhost")

    def is_readable(self, seconds):
        return self._socket.pending() > 0 or super().is_readable(seconds)


def plain():
    """Nothing but what gRPC needs."""
    return header_blocks(CHECK)


def with_deadlines():
    """One that repeats, as a client sends whose deadline is a round number of seconds."""
    return (block + literal(b"grpc-timeout", b"5S") for block in header_blocks(CHECK))


def with_traces():
    """A trace context of its own in each call, which no table keeps."""
    traces = (b"00-%032x-%016x-01" % (number * 7919, number) for number in itertools.count(1))
    return (block + literal(b"traceparent", trace) for block, trace in zip(header_blocks(CHECK), traces, strict=False))


def with_kept_traces():
    """The same from a client that puts all it says into the table, Huffman-coded, as grpc-go does."""
    encoder = Encoder()
    fields = [(":method", "POST"), (":scheme", "http"), (":path", CHECK), (":authority", "localhost")]
    fields += [("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "grpc-go/1.70.0")]
    for number in itertools.count(1):
        trace = f"00-{number * 7919:032x}-{number:016x}-01"
        yield encoder.encode([*fields, ("traceparent", trace)], huffman=True)


def scenarios():
    novelty = new_questions.Novelty()
    ways = {"warm": plain, "deadline": with_deadlines, "traces": with_traces, "kept traces": with_kept_traces}
    for (name, blocks), in_flight in itertools.product(ways.items(), (1, 16, 128)):
        yield Scenario(name, in_flight, blocks, questions.warm)
    yield Scenario("cold", 16, plain, novelty.cold)
    batches = partial(new_questions.warm_batches, size=100)
    yield Scenario("batch of 100", 16, lambda: header_blocks(BATCH), batches, is_check=False)


def measured(server, scenario, calls):
    """Seconds of server CPU a call; the yardstick knows nothing but Check."""
    if server.name == YARDSTICK and not scenario.is_check:
        return math.nan
    first = max(calls // 4, 100)
    # Encoded beforehand: a client that is slow gives the server less at once than is in flight.
    blocks = list(itertools.islice(scenario.blocks(), first + calls))
    messages = list(scenario.messages(calls))
    with closing(server.connect(iter(blocks))) as connection:
        ask_in_turns(connection, scenario.messages(first), scenario.in_flight)
        before = cpu_seconds(server.pid)
        figures = ask_in_turns(connection, iter(messages), scenario.in_flight)
        took = cpu_seconds(server.pid) - before
    if figures.failed:
        raise SystemExit(f"{server.name}, {scenario.name}: {figures.failed} calls failed")
    return took / figures.answered


class Field:
    """The servers, all on one core."""

    def __init__(self, stack, core, yardstick):
        self._stack, self._core = stack, core
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._accounts = self._folder / "accounts"
        write_accounts(self._accounts, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        authority = Authority()
        certificate, key = authority.issue("localhost", "localhost")
        files = {"certificate": certificate, "key": key}
        for name, text in files.items():
            (self._folder / name).write_bytes(text)
        self._security = ssl.create_default_context(cadata=authority.pem.decode())
        self._security.set_alpn_protocols(["h2"])
        self.servers = list(self._servers(yardstick))

    def _servers(self, yardstick):
        if yardstick is not None:
            address = f"127.0.0.1:{free_port()}"
            yield Server(YARDSTICK, address, self._start(address, yardstick, address))
        tls = ("--tls-cert", self._folder / "certificate", "--tls-key", self._folder / "key")
        yield self._sidecar("native", "-m", "authz")
        yield self._sidecar("native, Unix socket", "-m", "authz", address=f"unix:{self._folder}/socket")
        yield self._sidecar("native, TLS", "-m", "authz", options=tls, security=self._security)
        yield self._sidecar("native, asyncio", "-c", _WITHOUT_UVLOOP)
        yield self._sidecar("grpcio", "-m", "authz", transport="grpcio")

    def _sidecar(self, name, *program, address=None, options=(), security=None, transport="native"):
        address = address or f"127.0.0.1:{free_port()}"
        command = (sys.executable, *program, "serve", self._accounts, "--listen", address, "--transport", transport)
        return Server(name, address, self._start(address, *command, *options), security)

    def _start(self, address, *command):
        """A process on one core, once it listens."""
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        os.sched_setaffinity(process.pid, {self._core})
        eventually(lambda: process.poll() is not None or _is_listening(address))
        if process.returncode is not None:
            raise SystemExit(f"{command} ended with {process.returncode}")
        return process.pid


def _is_listening(address):
    try:
        Connection(address, CHECK).close()
    except OSError:
        return False
    return True


def table(rounds, servers, asked):
    """Medians, and what they are to the yardstick's in the same scenario."""
    yield f"{'scenario, in flight':20}" + "".join(f"{server.name:>18}" for server in servers)
    for row, scenario in enumerate(asked):
        costs = [statistics.median(turn[row][at] for turn in rounds) for at in range(len(servers))]
        reference = costs[0] if servers[0].name == YARDSTICK else math.nan
        told = "".join(f"{cost * 1e6:11.1f} {cost / reference:6.2f}" for cost in costs)
        yield f"{f'{scenario.name}, {scenario.in_flight}':20}" + told.replace("nan", "  -")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yardstick", type=Path)
    parser.add_argument("--calls", type=int, default=2000, help="of each server in each scenario and run")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        servers = Field(stack, cores[0], options.yardstick).servers
        os.sched_setaffinity(0, {cores[-1]})
        asked = list(scenarios())
        rounds = [
            [[measured(server, each, options.calls) for server in servers] for each in asked]
            for _ in range(options.runs)
        ]
    print("\n".join(table(rounds, servers, asked)))


if __name__ == "__main__":
    main()
