"""The steps of a server's life, seen through its health."""

import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from authz.cache import DecisionCache
from authz.engine.live import Engine
from authz.errors import ListenError
from authz.server.batch import BatchChecker
from authz.server.check import Checker
from authz.server.explain import Explainer
from authz.server.grpcio import GrpcioMethods
from authz.server.lifecycle import SERVICE, Server
from authz.server.listeners import parse_address
from authz.server.revisions import RevisionFeed
from authz.server.tally import Tally


def made(engine):
    feed = RevisionFeed(engine)
    checker = Checker(engine, DecisionCache(1))
    return Server(checker, BatchChecker(checker, 10), Explainer(engine), feed, GrpcioMethods(feed, Tally(), 1.0))


async def health(address):
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answers = [await stub.Check(health_pb2.HealthCheckRequest(service=name)) for name in ("", SERVICE)]
    return {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status) for answer in answers}


def test_it_listens_before_it_serves_and_leaves_no_socket_behind(tmp_path):
    async def scenario():
        server = made(Engine())
        tcp, unix = await server.startup([parse_address("127.0.0.1:0"), parse_address(f"unix:{tmp_path}/a")])
        before = await health(tcp), await health(unix)
        await server.ready()
        after = await health(tcp)
        await server.drain(0, 1)
        await server.close()
        return before, after

    assert asyncio.run(scenario()) == (({"NOT_SERVING"}, {"NOT_SERVING"}), {"SERVING"})
    assert not (tmp_path / "a").exists()


def test_nothing_is_decided_before_anything_is_loaded():
    async def scenario():
        server = made(Engine())
        [address] = await server.startup([parse_address("127.0.0.1:0")])
        async with grpc.aio.insecure_channel(address) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                await channel.unary_unary(f"/{SERVICE}/Check")(b"")
        await server.close()
        return caught.value.code()

    assert asyncio.run(scenario()) is grpc.StatusCode.UNAVAILABLE


def test_a_port_is_served_once():
    async def scenario():
        first, second = made(Engine()), made(Engine())
        [address] = await first.startup([parse_address("127.0.0.1:0")])
        try:
            with pytest.raises(ListenError, match=address):
                await second.startup([parse_address(address)])
        finally:
            for server in (first, second):
                await server.close()

    asyncio.run(scenario())
