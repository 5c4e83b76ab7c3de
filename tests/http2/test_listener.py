"""Clients of gRPC's own make talk to the room's server, over every kind of socket."""

import asyncio
import gc
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from authz.http2 import frames, upkeep
from authz.http2.calls import Call
from authz.http2.connection import Connection
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.http2.listener import GrpcServer
from authz.http2.stream import Stream
from authz.server.tls import server_context
from tests.certificates import Authority
from tests.http2.driving import ECHO, GREETING, HEAD, data, headers, made, split
from tests.http2.echo import METHODS
from tests.http2.running import certified, running, unary
from tests.sidecar import eventually
from tests.waiting import BRIEF, DEADLINE

OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
SPEC = shutil.which("h2spec")
CONVERSE = HEAD[:2] + b"\x04\x13/echo.Echo/Converse" + b"\x0f\x10\x10application/grpc"


@pytest.fixture(params=["tcp", "unix"])
def served(request, tmp_path):
    path = tmp_path / "s" if request.param == "unix" else None
    with running(path=path) as server:
        target = f"unix:{path}" if path else f"127.0.0.1:{server.port}"
        with grpc.insecure_channel(target, OPTIONS) as channel:
            yield server, channel


@pytest.fixture
def channel(served):
    return served[1]


@pytest.mark.parametrize("size", [0, 1, 16379, 16380, 100_000, 4 * 1024 * 1024])
def test_a_message_of_any_allowed_size_is_answered(channel, size):
    assert unary(channel, b"x" * size) == b"x" * size


def test_a_message_that_is_too_long_is_refused_and_the_channel_lives(channel):
    with pytest.raises(grpc.RpcError) as caught:
        unary(channel, b"x" * (4 * 1024 * 1024 + 1))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert unary(channel, b"on") == b"on"


@pytest.mark.parametrize("how", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_compressed_message_is_answered(channel, how):
    assert unary(channel, b"z" * 50_000, compression=how) == b"z" * 50_000


def test_an_error_arrives_with_its_message_and_its_details(channel):
    with pytest.raises(grpc.RpcError) as caught:
        unary(channel, b"fail")
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.details() == "100 % niet goed: ü"
    assert dict(caught.value.trailing_metadata()) == {"detail-bin": b"\0\xff", "plain": "yes"}


def test_a_fault_of_ours_is_an_internal_error_that_tells_nothing(served):
    server, channel = served
    with pytest.raises(grpc.RpcError) as caught:
        unary(channel, b"crash")
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INTERNAL, "internal error")
    assert [str(failure) for failure in server.failures] == ["a fault of ours"]


def test_a_method_that_is_not_there_is_unimplemented(channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/echo.Echo/Nothing")(b"", timeout=DEADLINE)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_conversation_has_an_answer_for_each_message_and_knows_its_metadata(channel):
    talk = channel.stream_stream("/echo.Echo/Converse")
    answers = list(talk(iter([b"a", b"x" * 1_000_000, b"metadata"]), timeout=DEADLINE, metadata=(("k-bin", b"\0"),)))
    assert answers[:2] == [b"a", b"x" * 1_000_000]
    assert b"('k-bin', b'\\x00')" in answers[2]


def test_a_stream_of_long_answers_arrives_whole(channel):
    answers = list(channel.unary_stream("/echo.Echo/Burst")(b"q" * 100_000, timeout=DEADLINE))
    assert answers == [b"q" * 100_000] * 100


def test_a_deadline_ends_a_conversation_with_its_status(channel):
    talk = channel.stream_stream("/echo.Echo/Converse")
    with pytest.raises(grpc.RpcError) as caught:
        list(talk(iter([b"wait"]), timeout=BRIEF))
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_cancelled_conversation_leaves_no_task(served):
    server, channel = served
    call = channel.stream_stream("/echo.Echo/Converse")(iter([b"a", b"wait"]))
    assert next(call) == b"a"
    assert server.under_way() == 1
    call.cancel()
    eventually(lambda: server.under_way() == 0)


def test_many_calls_at_once_with_metadata_of_their_own(served):
    server, _ = served

    async def ask(target):
        async with grpc.aio.insecure_channel(target) as channel:
            ask = channel.unary_unary("/echo.Echo/Unary")
            calls = [
                ask(b"%d" % n, timeout=DEADLINE, metadata=(("traceparent", f"00-{n:032x}-01"),)) for n in range(2000)
            ]
            return await asyncio.gather(*calls)

    if server.port is not None:
        assert asyncio.run(ask(f"127.0.0.1:{server.port}")) == [b"%d" % n for n in range(2000)]


def test_a_draining_server_loses_no_call():
    with running() as server, grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call = channel.stream_stream("/echo.Echo/Converse")
        ready = threading.Event()
        draining = []

        def questions():
            yield b"a"
            assert ready.wait(DEADLINE)
            yield b"b"

        answers = call(questions(), timeout=DEADLINE)
        assert next(answers) == b"a"
        draining.append(server.drain(10))
        ready.set()
        assert list(answers) == [b"b"]
        draining[0].result(DEADLINE)
        with pytest.raises(grpc.RpcError):
            channel.unary_unary("/echo.Echo/Unary")(b"", timeout=BRIEF)


def test_connections_above_the_limit_are_told_so_and_closed():
    with running(limits=replace(DEFAULT_HTTP2_LIMITS, connections=1)) as server:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as first:
            first.sendall(GREETING + headers(1))  # whoever is in a call makes no room
            assert first.recv(9)
            with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as second:
                heard = b""
                while part := second.recv(100):
                    heard += part
        assert [kind for kind, *_ in split(heard)] == [7]
        assert server.server.faults["connections"] == 1


def test_a_peer_that_takes_nothing_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(upkeep, "_TICK_SECONDS", BRIEF)
    limits = replace(DEFAULT_HTTP2_LIMITS, stall_seconds=BRIEF)
    with running(limits=limits) as server, socket.create_connection(("127.0.0.1", server.port), DEADLINE) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wide = b"\0\0\x06\x04\0\0\0\0\0\0\x04\x7f\xff\xff\xff\0\0\x04\x08\0\0\0\0\0\x7f\xff\0\0"
        block = HEAD[:2] + b"\x04\x10/echo.Echo/Burst" + b"\x0f\x10\x10application/grpc"
        message = b"\0" + (16000).to_bytes(4, "big") + b"x" * 16000
        peer.sendall(GREETING + wide)
        peer.sendall(b"".join(headers(n, block) + data(n, message, 1) for n in range(1, 41, 2)))
        eventually(lambda: server.server.faults["slow_reader"])


@pytest.mark.skipif(SPEC is None, reason="h2spec is not installed")
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
def test_every_case_of_h2spec_passes_strict_ones_included(tmp_path, is_secure):
    context = server_context(*certified(tmp_path, Authority())) if is_secure else None
    with running(security=context) as server:
        options = ["-t", "-k"] if is_secure else []
        result = subprocess.run(
            [SPEC, "generic", "http2", "hpack", "-S", "-h", "127.0.0.1", "-p", str(server.port), "-o", "2", *options],
            capture_output=True, text=True, timeout=100,
        )  # fmt: skip
        assert result.stdout.splitlines()[-1] == "146 tests, 146 passed, 0 skipped, 0 failed", result.stdout


def test_the_echo_server_runs_as_a_program(tmp_path):
    path = tmp_path / "s"
    program = Path(__file__).with_name("echo.py")
    process = subprocess.Popen([sys.executable, program, f"unix:{path}"])
    try:
        with grpc.insecure_channel(f"unix:{path}") as channel:
            assert channel.unary_unary("/echo.Echo/Unary")(b"a", timeout=DEADLINE, wait_for_ready=True) == b"a"
    finally:
        process.terminate()
        process.wait(DEADLINE)


def test_a_connection_that_is_made_while_the_server_drains_is_told_so():
    """TLS takes its time: a handshake may end after the listeners were closed."""

    async def scenario():
        server = GrpcServer(METHODS)
        await server.drain(0)
        return [kind for kind, *_ in split(made(server)[1].written)]

    assert asyncio.run(scenario()) == [frames.SETTINGS, frames.WINDOW_UPDATE, frames.GOAWAY, frames.PING]


def test_a_fault_of_ours_while_reading_ends_that_connection_and_no_other(monkeypatch):
    async def scenario():
        failures = []
        server = GrpcServer(METHODS, failed=failures.append)
        (broken, closed), (other, transport) = made(server), made(server)
        monkeypatch.setattr(broken.connection, "_read", {}.__getitem__)
        broken.data_received(b"x")
        other.data_received(GREETING + headers(1, ECHO) + data(1, b"\0\0\0\0\1a", 1))
        return [type(each) for each in failures], closed.is_closed, transport.is_closed, transport.written.count(b"\1a")

    assert asyncio.run(scenario()) == ([KeyError], True, False, 1)


def test_who_takes_nothing_for_long_is_hung_up_on_whatever_waits():
    async def scenario():
        server = GrpcServer(METHODS)
        protocol, transport = made(server)
        before = asyncio.get_running_loop().time()
        protocol.pause_writing()
        protocol.tick(before + server.limits.stall_seconds - 1)
        assert not transport.is_closed
        protocol.tick(asyncio.get_running_loop().time() + server.limits.stall_seconds + 1)
        return server.faults, transport.is_closed

    assert asyncio.run(scenario()) == ({"slow_reader": 1}, True)


def test_a_server_without_file_descriptors_goes_on_when_it_has_some_again():
    class Full(socket.socket):
        refusals = 3

        def accept(self):
            self.refusals -= 1
            if self.refusals >= 0:
                raise OSError(24, "Too many open files")
            return super().accept()

    async def scenario():
        server, listening = GrpcServer(METHODS), Full()
        listening.bind(("127.0.0.1", 0))
        await server.listen(listening)
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        async with asyncio.timeout(DEADLINE):
            assert await reader.read(9)
        writer.close()
        await server.drain(0)
        return server.faults

    assert asyncio.run(scenario()) == {"connections": 3}


def test_a_connection_leaves_nothing_behind_that_only_a_full_collection_frees(served):
    """Full collections are put off for ever, so that nothing pauses (authz/runtime/gc_tuning.py)."""
    server, _ = served

    def live():
        kinds = Connection, asyncio.BaseTransport, asyncio.BaseProtocol, Stream, Call
        return sum(isinstance(each, kinds) for each in gc.get_objects())

    def talk():
        kind, address = (
            (socket.AF_UNIX, str(server.path)) if server.path else (socket.AF_INET, ("127.0.0.1", server.port))
        )
        with socket.socket(kind) as peer:
            peer.connect(address)
            peer.sendall(GREETING + headers(1, ECHO) + data(1, b"\0\0\0\0\1a", 1) + headers(3, CONVERSE))
            while b"\1a" not in peer.recv(1000):
                pass

    gc.collect()
    before = live()
    gc.disable()
    try:
        for _ in range(5):
            talk()
        eventually(lambda: live() == before)
    finally:
        gc.enable()
