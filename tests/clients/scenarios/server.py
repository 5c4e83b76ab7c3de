"""The room's echo server with what the scenarios of tests/clients ask for: `server.py HOST:PORT|unix:PATH`.

It takes over an address that another one of it has, drains at SIGTERM, and says at its end what it heard.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2, status_pb2

from authz.http2.calls import Call, GrpcConnection, Unary
from authz.http2.connection import Connection
from authz.http2.frames import ACK
from authz.http2.grpc import Code, GrpcError
from authz.http2.listener import GrpcServer
from tests.http2.echo import METHODS, deferred
from tests.waiting import DEADLINE

MESSAGE = "100 % niet goed: ü"
DETAIL = Any()
DETAIL.Pack(error_details_pb2.ErrorInfo(reason="TESTED", domain="authz", metadata={"ü": "%"}))
DETAILS = status_pb2.Status(code=Code.FAILED_PRECONDITION, message=MESSAGE, details=[DETAIL])

heard: Counter[str] = Counter()
pings: Counter[GrpcConnection] = Counter()


class Counted(Connection):
    """Counts the PINGs of a client."""

    def _on_ping(self, flags, number, payload):
        pings[self] += not flags & ACK
        super()._on_ping(flags, number, payload)


def fail(_message: bytes) -> bytes:
    trailing = (("grpc-status-details-bin", DETAILS.SerializeToString()), ("plain", "yes"))
    raise GrpcError(Code.FAILED_PRECONDITION, MESSAGE, trailing)


async def wait(_message: bytes, _call: Call) -> None:
    """Never answers."""
    heard["waiting"] += 1
    try:
        await asyncio.Event().wait()
    finally:
        heard["waiting"] -= 1


async def metadata(_message: bytes, call: Call) -> None:
    """All that a client added, binary values in hexadecimal digits."""
    pairs = ((name, value.hex() if isinstance(value, bytes) else value) for name, value in call.metadata)
    await call.write(";".join(f"{name}={value}" for name, value in sorted(pairs)).encode())


def who(_message: bytes = b"") -> bytes:
    heard["handled"] += 1
    return b"%d" % os.getpid()


async def later(_message: bytes, call: Call) -> None:
    await asyncio.sleep(0.02)  # so that calls are under way whenever the server is told to stop
    await call.write(who())


async def line(_message: bytes, call: Call) -> None:
    """Which connection this is, and how often it was pinged."""
    await call.write(f"{id(call._connection)} {pings[call._connection]}".encode())


def pinged(message: bytes) -> bytes:
    """How often a connection was pinged, by what `line` says that it is."""
    return b"%d" % next((count for each, count in pings.items() if id(each) == int(message)), 0)


def bound(address: str) -> socket.socket:
    """A socket at an address, whoever has it."""
    if not address.startswith("unix:"):
        host, _, port = address.rpartition(":")
        return socket.create_server((host, int(port)), reuse_port=True)
    path = Path(address.removeprefix("unix:"))
    made = socket.socket(socket.AF_UNIX)
    made.bind(f"{path}.new")
    Path(f"{path}.new").rename(path)
    return made


async def serve(address: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    methods = METHODS | {
        "/echo.Echo/Fail": Unary(fail),
        "/echo.Echo/Wait": deferred(wait),
        "/echo.Echo/Waiting": Unary(lambda _: b"%d" % heard["waiting"]),
        "/echo.Echo/Metadata": deferred(metadata),
        "/echo.Echo/Who": Unary(who),
        "/echo.Echo/Later": deferred(later),
        "/echo.Echo/Line": deferred(line),
        "/echo.Echo/Pinged": Unary(pinged),
        "/echo.Echo/Connections": Unary(lambda _: b"%d" % len(server.upkeep.peers)),
    }
    failures: list[Exception] = []
    server = GrpcServer(methods, failed=failures.append)
    server.connect = lambda _: Counted(server.application, server.limits, on_peer_fault=server.record_fault)
    listening = bound(address)
    await server.listen(listening)
    print(address if listening.family == socket.AF_UNIX else listening.getsockname()[1], flush=True)
    await stopping.wait()
    await server.drain(DEADLINE)
    print(json.dumps({"pid": os.getpid(), "faults": server.faults, "failures": list(map(repr, failures)), **heard}))


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(sys.argv[1]))
    else:
        uvloop.run(serve(sys.argv[1]))
