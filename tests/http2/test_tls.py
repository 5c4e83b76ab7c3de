"""TLS with certificates that are replaced, clients that must show theirs, and handshakes that do not end."""

import asyncio
import asyncio.sslproto
import gc
import select
import socket
import ssl
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from authz.http2 import handshakes
from authz.http2.calls import Unary
from authz.http2.frames import GOAWAY
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.server.peer import peer_of
from authz.server.tls import following, server_context
from tests.certificates import Authority
from tests.http2.driving import ECHO, ENDED, GREETING, content_of, data, headers, split
from tests.http2.echo import bound
from tests.http2.running import certified, running, unary
from tests.sidecar import eventually
from tests.waiting import BRIEF, DEADLINE, FOREVER


def secure(server, authority, client=None):
    pair = dict(zip(("certificate_chain", "private_key"), client, strict=True)) if client else {}
    credentials = grpc.ssl_channel_credentials(authority.pem, **pair)
    return grpc.secure_channel(f"localhost:{server.port}", credentials)


def test_tls_serves_and_takes_up_a_replaced_certificate(tmp_path):
    first, second = Authority("first"), Authority("second")
    contexts = [server_context(*certified(tmp_path, first))]
    with running(security=following(lambda: contexts[-1])) as server:
        with secure(server, first) as channel:
            assert unary(channel, b"a") == b"a"
        contexts.append(server_context(*certified(tmp_path, second, "new")))
        with secure(server, second) as channel:
            assert unary(channel, b"b") == b"b"


def test_mutual_tls_turns_strangers_away(tmp_path):
    authority = Authority()
    (tmp_path / "ca").write_bytes(authority.pem)
    context = server_context(*certified(tmp_path, authority), tmp_path / "ca")
    with running(security=context) as server:
        with secure(server, authority, authority.issue("me")) as channel:
            assert unary(channel, b"a") == b"a"
        with secure(server, authority) as channel, pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/echo.Echo/Unary")(b"", timeout=DEADLINE)
        assert caught.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


def test_a_peer_may_get_methods_of_its_own(tmp_path):
    authority = Authority()
    (tmp_path / "ca").write_bytes(authority.pem)
    context = server_context(*certified(tmp_path, authority), tmp_path / "ca")
    own = {"/echo.Echo/Unary": Unary(lambda _message: b"you")}
    with running(
        security=context, methods_for=lambda transport: own if "me" in peer_of(transport).names else None
    ) as server:
        for name, answer in (("me", b"you"), ("other", b"a")):
            with secure(server, authority, authority.issue(name)) as channel:
                assert unary(channel, b"a") == answer


def test_a_client_of_tls_that_speaks_no_http2_is_let_go(tmp_path):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", server.port), DEADLINE) as plain,
            context.wrap_socket(plain) as peer,
        ):
            assert peer.recv(1) == b""
        assert server.server.faults["alpn"] == 1


def test_a_handshake_that_does_not_end_is_given_up_and_counts_as_a_connection(tmp_path):
    limits = replace(DEFAULT_HTTP2_LIMITS, greeting_seconds=BRIEF, connections=1)
    context = server_context(*certified(tmp_path, Authority()))
    with running(security=context, limits=limits) as server:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as silent:
            with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as second:
                assert second.recv(1) == b""
            assert silent.recv(1) == b""
        eventually(lambda: server.server.faults["handshake"])
        assert server.server.faults == {"connections": 1, "handshake": 1}


def make_room(server, monkeypatch):
    """As the timer does when the oldest handshake has had its time."""
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", 0.0)
    server.loop.call_soon_threadsafe(server.server._handshakes._make_room)


def test_of_too_many_handshakes_the_oldest_makes_room_when_it_had_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 2)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", FOREVER)
    authority = Authority()
    with running(security=server_context(*certified(tmp_path, authority))) as server, ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE)) for _ in range(3)]
        eventually(lambda: len(server.server._handshakes) == 3)
        assert not select.select(silent, [], [], 0)[0]
        make_room(server, monkeypatch)
        with secure(server, authority) as channel:
            assert unary(channel, b"a") == b"a"
        assert silent[0].recv(1) == b""
        assert not select.select([silent[2]], [], [], 0)[0]


def test_a_handshake_may_take_its_time_while_nobody_else_wants_one(tmp_path, monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 3)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", FOREVER)
    authority = Authority()
    with running(security=server_context(*certified(tmp_path, authority))) as server, ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE)) for _ in range(2)]
        with secure(server, authority) as channel:
            assert unary(channel, b"a") == b"a"
        make_room(server, monkeypatch)
        assert server.under_way() == 0  # so the loop has run
        assert not select.select(silent, [], [], 0)[0]
        assert not server.server.faults


def test_given_many_clients_at_once_then_each_has_its_handshake_when_others_are_through(tmp_path, monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 3)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", FOREVER)
    authority = Authority()
    context = ssl.create_default_context(cadata=authority.pem.decode())
    context.set_alpn_protocols(["h2"])

    async def connect(port):
        async with asyncio.timeout(DEADLINE):
            return await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")

    async def scenario(port):
        for _, writer in await asyncio.gather(*(connect(port) for _ in range(60))):
            writer.transport.abort()

    with running(security=server_context(*certified(tmp_path, authority))) as server:
        asyncio.run(scenario(server.port))
        assert not server.server.faults


def test_given_clients_that_hold_on_to_handshakes_then_no_more_of_them_cost_anything_than_may(tmp_path, monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 2)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", BRIEF / 10)
    limits = replace(DEFAULT_HTTP2_LIMITS, greeting_seconds=60)
    context = server_context(*certified(tmp_path, Authority()))
    with running(security=context, limits=limits) as server, ExitStack() as stack:
        others = open_files()
        for _ in range(50):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE))
            client.send(b"\x16\x03\x01")
        eventually(lambda: server.server.faults["handshake"] >= 48)
        eventually(lambda: open_files() <= others + 50 + 2)


def test_given_several_addresses_then_what_waits_on_each_gets_its_turn(tmp_path, monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 2)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", BRIEF)
    limits, authority = replace(DEFAULT_HTTP2_LIMITS, greeting_seconds=60), Authority()
    context = server_context(*certified(tmp_path, authority))
    with running(security=context, limits=limits) as server, ExitStack() as stack:
        other = bound("127.0.0.1:0")
        port = other.getsockname()[1]
        asyncio.run_coroutine_threadsafe(server.server.listen(other, context), server.loop).result(DEADLINE)
        for each in (server.port, server.port, server.port, port, port, server.port, server.port):
            stack.enter_context(socket.create_connection(("127.0.0.1", each), DEADLINE))
        credentials = grpc.ssl_channel_credentials(authority.pem)
        for each in (server.port, port):
            with grpc.secure_channel(f"localhost:{each}", credentials) as channel:
                assert unary(channel, b"a") == b"a"


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


class Client:
    """One that speaks TLS by hand, a piece at a time."""

    def __init__(self, port, *, is_verifying=False, alpn=("h2",)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = is_verifying, ssl.CERT_NONE
        context.set_alpn_protocols(alpn)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self.socket = socket.create_connection(("127.0.0.1", port), DEADLINE)

    def until(self, step, pieces=1):
        """Do a step, with what the server says, and say what is to be said in pieces of so many bytes."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.say(pieces)
                data = self.socket.recv(5000)
                if not data:
                    raise ConnectionResetError from None
                self.incoming.write(data)

    def say(self, pieces=1 << 16):
        data = self.outgoing.read()
        for start in range(0, len(data), pieces):
            self.socket.sendall(data[start : start + pieces])


@pytest.mark.parametrize("pieces", [1, 7, 1 << 16])
def test_records_may_come_in_pieces_of_any_size(tmp_path, pieces):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        client = Client(server.port)
        client.until(client.tls.do_handshake, pieces)
        message = b"\0\0\0\x4e\x20" + b"x" * 20_000
        client.tls.write(GREETING + headers(1, ECHO))
        client.tls.write(data(1, message[:16384]) + data(1, message[16384:], ENDED))
        client.say(pieces)
        heard = b""
        while b"grpc-status" not in heard:
            heard += client.until(lambda: client.tls.read(1 << 16), pieces)
        assert content_of(split(heard), 1) == message
        client.socket.close()


def test_the_end_of_a_connection_is_said_by_tls_too(tmp_path):
    """Else a client could not tell it from a connection that somebody cut off (RFC 8446, 6.1)."""
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        client = Client(server.port)
        client.until(client.tls.do_handshake)
        client.tls.write(b"GET / HTTP/1.1\r\n\r\n")
        client.say()
        heard = b""
        with suppress(ssl.SSLZeroReturnError):  # which is what is to be; a connection that is cut off raises another
            while part := client.until(lambda: client.tls.read(1 << 16)):
                heard += part
        assert split(heard)[-1][0] == GOAWAY
        client.socket.close()


def test_a_client_that_ends_tls_is_hung_up_on(tmp_path):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        client = Client(server.port)
        client.until(client.tls.do_handshake)
        with suppress(ssl.SSLWantReadError):
            client.tls.unwrap()
        client.say()
        while client.socket.recv(5000):
            pass
        client.socket.close()
        eventually(lambda: not server.server.upkeep.peers)
        assert not server.server.faults


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\xff\xff" + bytes(70_000), b"GET / HTTP/1.1\r\n\r\n", b"\x80" * 5000]
)
def test_what_is_no_tls_ends_the_handshake_and_is_counted(tmp_path, garbage):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as peer, suppress(OSError):
            peer.sendall(garbage)
            while peer.recv(1000):
                pass
        eventually(lambda: server.server.faults["handshake"] == 1)
        assert not server.failures


def test_what_is_no_tls_within_a_connection_ends_it(tmp_path):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        client = Client(server.port)
        client.until(client.tls.do_handshake)
        with suppress(OSError):
            client.socket.sendall(b"\x17\x03\x03\0\x20" + bytes(32))
            while client.socket.recv(5000):
                pass
        client.socket.close()
        eventually(lambda: not server.server.upkeep.peers)
        assert not server.failures


@pytest.mark.parametrize("ends", ["half", "whole"])
def test_connections_of_tls_leave_nothing_behind_that_only_a_full_collection_frees(tmp_path, ends):
    """Long-lived garbage in cycles stays for ever, as full collections never run (authz/runtime/gc_tuning.py)."""
    context = server_context(*certified(tmp_path, Authority()))

    def live():
        kinds = ssl.SSLObject, asyncio.sslproto.SSLProtocol, asyncio.BaseTransport
        return sum(isinstance(each, kinds) for each in gc.get_objects())

    with running(security=context) as server:
        gc.collect()
        before = live()
        gc.disable()
        try:
            for _ in range(5):
                client = Client(server.port)
                if ends == "whole":
                    client.until(client.tls.do_handshake)
                    client.tls.write(GREETING + headers(1, ECHO))
                else:
                    with suppress(ssl.SSLWantReadError):
                        client.tls.do_handshake()
                client.say()
                client.socket.recv(100)
                client.socket.close()
                del client
            eventually(lambda: live() == before)
        finally:
            gc.enable()


@pytest.mark.parametrize("is_whole", [False, True], ids=["half a hello", "half a record"])
def test_half_a_record_costs_what_was_sent_and_counts(tmp_path, is_whole):
    with running(security=server_context(*certified(tmp_path, Authority()))) as server:
        client = Client(server.port)
        if is_whole:
            client.until(client.tls.do_handshake)
            client.tls.write(GREETING)
            client.say()
            [protocol] = eventually(lambda: list(server.server.upkeep.peers))
            before = protocol.weight
            client.socket.sendall(b"\x17\x03\x03\x40\0" + bytes(9000))
            eventually(lambda: protocol.weight == before + 9005)
            client.socket.sendall(bytes(1000))
            eventually(lambda: protocol.weight == before + 10_005)
        else:
            with suppress(ssl.SSLWantReadError):
                client.tls.do_handshake()
            client.socket.sendall(client.outgoing.read()[:-1])
            eventually(lambda: len(server.server._handshakes) == 1)
            gc.collect()
            assert not [each for each in gc.get_objects() if isinstance(each, ssl.SSLObject) and each.server_side]
        client.socket.close()
        eventually(lambda: server.server.upkeep.kept == 0)
