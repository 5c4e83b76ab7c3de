"""An echo server of the room, for clients of other makes: `echo.py HOST:PORT|unix:PATH [CERT KEY]`."""

import asyncio
import socket
import sys
from pathlib import Path

from authz.http2.calls import Call, Streaming, Unary
from authz.http2.grpc import Code, GrpcError
from authz.http2.listener import GrpcServer
from authz.server.tls import server_context


def echo(data: bytes) -> bytes:
    if data == b"fail":
        raise GrpcError(Code.FAILED_PRECONDITION, "100 % niet goed: ü", (("detail-bin", b"\0\xff"), ("plain", "yes")))
    if data == b"crash":
        raise ValueError("a fault of ours")
    return data


async def converse(call: Call) -> None:
    while (message := await call.read()) is not None:
        if message == b"wait":
            await asyncio.Event().wait()
        if message == b"metadata":
            message = repr(sorted(call.metadata)).encode()
        await call.write(message)


async def burst(call: Call) -> None:
    message = await call.read() or b""
    for _ in range(100):
        await call.write(message)


def deferred(handle):
    """A method whose request is one message."""

    async def handled(call: Call) -> None:
        await handle(await call.read_only(), call)

    return Streaming(handled, is_patient=False)


METHODS = {
    "/echo.Echo/Unary": Unary(echo),
    "/authz.v1.AuthorizationService/Check": Unary(echo),
    "/echo.Echo/Converse": Streaming(converse),
    "/echo.Echo/Burst": Streaming(burst),
}


def bound(address: str) -> socket.socket:
    """A socket that has an address, which may have port 0."""
    if address.startswith("unix:"):
        made = socket.socket(socket.AF_UNIX)
        made.bind(address.removeprefix("unix:"))
        return made
    host, _, port = address.rpartition(":")
    return socket.create_server((host, int(port)))


async def serve(address: str, *files: str) -> None:
    server = GrpcServer(METHODS)
    listening = bound(address)
    await server.listen(listening, server_context(Path(files[0]), Path(files[1])) if files else None)
    print(listening.getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        import uvloop

        uvloop.run(serve(*sys.argv[1:]))
    except ImportError:
        asyncio.run(serve(*sys.argv[1:]))
