"""The steps of a server's life, seen through its health."""

import asyncio
import socket
from contextlib import ExitStack, suppress
from functools import partial

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from authz.engine.live import Engine
from authz.errors import ListenError
from authz.http2.frames import ACK, PING, frame
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import Counters
from authz.pdp.explain import Explainer
from authz.pdp.limits import DEFAULT_LIMITS, Limits
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server import lifecycle
from authz.server.call_policy import CallPolicy
from authz.server.lifecycle import Listening, Server
from authz.server.listeners import parse_address
from authz.server.methods import SERVICE, authorization
from authz.server.revisions import RevisionFeed
from authz.server.transport import TransportKind
from tests.http2.driving import GREETING
from tests.waiting import DEADLINE


@pytest.fixture(params=TransportKind, ids=lambda kind: kind.value)
def made(request):
    """Makes a server of one transport or the other."""
    return partial(made_of, request.param)


def made_of(transport, engine, *addresses, health=(), limits=DEFAULT_LIMITS, **listening):
    feed = RevisionFeed(engine)
    checker = Checker(engine, DecisionCache(1))
    call_policy = CallPolicy(feed, Counters(), 1.0, ConcurrencyLimiter(10))
    table = authorization(checker, BatchChecker(checker, 10), Explainer(engine), feed, call_policy)
    listen, probed = ([parse_address(each) for each in some] for some in (addresses, health))
    return Server(table, feed, Listening(listen, probed, transport=transport, **listening), limits)


async def health(address):
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answers = [await stub.Check(health_pb2.HealthCheckRequest(service=name)) for name in ("", SERVICE)]
    return {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status) for answer in answers}


def test_it_listens_before_it_serves_and_leaves_no_socket_behind(made, tmp_path):
    async def scenario():
        server = made(Engine(), "127.0.0.1:0", f"unix:{tmp_path}/a")
        tcp, unix = (await server.startup()).listen
        before = await health(tcp), await health(unix)
        await server.ready()
        after = await health(tcp)
        await server.drain(0, 1)
        await server.close()
        return before, after

    assert asyncio.run(scenario()) == (({"NOT_SERVING"}, {"NOT_SERVING"}), {"SERVING"})
    assert not (tmp_path / "a").exists()


def test_nothing_is_decided_before_anything_is_loaded(made):
    async def scenario():
        server = made(Engine(), "127.0.0.1:0")
        [address] = (await server.startup()).listen
        async with grpc.aio.insecure_channel(address) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                await channel.unary_unary(f"/{SERVICE}/Check")(b"")
        await server.close()
        return caught.value.code()

    assert asyncio.run(scenario()) is grpc.StatusCode.UNAVAILABLE


def test_a_port_is_served_once(made):
    async def scenario():
        first = made(Engine(), "127.0.0.1:0")
        [address] = (await first.startup()).listen
        second = made(Engine(), address)
        try:
            with pytest.raises(ListenError, match=address):
                await second.startup()
        finally:
            for server in (first, second):
                await server.close()

    asyncio.run(scenario())


def test_the_address_for_probes_answers_nothing_else(made):
    async def scenario():
        server = made(Engine(), "127.0.0.1:0", health=["127.0.0.1:0"])
        [address] = (await server.startup()).health
        await server.ready()
        async with grpc.aio.insecure_channel(address) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                await channel.unary_unary(f"/{SERVICE}/Check")(b"")
        seen = await health(address)
        await server.close()
        return seen, caught.value.code()

    assert asyncio.run(scenario()) == ({"SERVING"}, grpc.StatusCode.UNIMPLEMENTED)


def places(address):
    """How many connections are served at once, of ten."""
    host, _, port = address.rpartition(":")
    with ExitStack() as stack:
        peers = [stack.enter_context(socket.create_connection((host, int(port)), DEADLINE)) for _ in range(10)]
        return sum(is_served(peer) for peer in peers)


def is_served(peer):
    """Whether the server answers a PING."""
    ping = frame(PING, 0, 0, bytes(8))
    heard = b""
    with suppress(ConnectionError):
        peer.sendall(GREETING + ping)
        while (part := peer.recv(4096)) and frame(PING, ACK, 0, bytes(8)) not in heard + part:
            heard += part
        return bool(part)
    return False


def test_connections_are_bounded_those_of_probes_closer(made, monkeypatch):
    monkeypatch.setattr(lifecycle, "_PROBING_CONNECTIONS", 3)

    async def scenario():
        server = made(Engine(), "127.0.0.1:0", health=["127.0.0.1:0"], limits=Limits(connections=6))
        bound = await server.startup()
        served = [await asyncio.to_thread(places, address) for address in (*bound.listen, *bound.health)]
        await server.close()
        return served

    assert asyncio.run(scenario()) == [6, 3]


def test_a_unix_socket_has_the_permissions_that_were_asked_for(made, tmp_path):
    async def scenario():
        server = made(Engine(), f"unix:{tmp_path}/a", socket_mode=0o620)
        await server.startup()
        mode = (tmp_path / "a").stat().st_mode & 0o777
        await server.close()
        return mode

    assert asyncio.run(scenario()) == 0o620
