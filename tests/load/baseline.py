"""The baseline under every measurement: servers on the contract's methods that do nothing but gRPC.

Run as a process of its own: `python -m tests.load.baseline MODE ADDRESS`. It prints its port when it listens, and
ends on SIGTERM.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

import grpc

from authz.runtime.event_loop import run
from authz.v1 import authz_pb2, authz_pb2_grpc

_SERVICE = "authz.v1.AuthorizationService"
_THREADS = 4
_ANSWER = authz_pb2.CheckResponse(allowed=True, reason="REASON_ALLOWED", revision="1").SerializeToString()


class BaselineMode(StrEnum):
    """How the server is built."""

    AIO = "aio"  # asyncio, raw bytes, on the fastest loop there is
    AIO_PLAIN_LOOP = "aio-plain-loop"  # the same on asyncio's own loop
    THREADS = "threads"  # grpc.server with a thread pool, raw bytes
    AIO_MESSAGES = "aio-messages"  # grpc.aio as its documentation shows it: messages, on asyncio's own loop
    THREADS_MESSAGES = "threads-messages"


class _AioMessages(authz_pb2_grpc.AuthorizationServiceServicer):
    async def Check(self, request: authz_pb2.CheckRequest, _context: Any) -> authz_pb2.CheckResponse:  # noqa: N802
        return authz_pb2.CheckResponse(allowed=bool(request.principal), reason="REASON_ALLOWED", revision="1")


class _Messages(authz_pb2_grpc.AuthorizationServiceServicer):
    def Check(self, request: authz_pb2.CheckRequest, _context: Any) -> authz_pb2.CheckResponse:  # noqa: N802
        return authz_pb2.CheckResponse(allowed=bool(request.principal), reason="REASON_ALLOWED", revision="1")


async def _echo(_data: bytes, _context: Any) -> bytes:
    return _ANSWER


async def _echo_stream(requests: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
    async for _ in requests:
        yield _ANSWER


def _answer(_data: bytes, _context: Any) -> bytes:
    return _ANSWER


def _answers(requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
    for _ in requests:
        yield _ANSWER


async def _serve_aio(mode: BaselineMode, address: str) -> None:
    server = grpc.aio.server()
    if mode is BaselineMode.AIO_MESSAGES:
        authz_pb2_grpc.add_AuthorizationServiceServicer_to_server(_AioMessages(), server)  # type: ignore[no-untyped-call]
    else:
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            "Check": grpc.unary_unary_rpc_method_handler(_echo),
            "StreamCheck": grpc.stream_stream_rpc_method_handler(_echo_stream),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
    port = server.add_insecure_port(address)
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print(port, flush=True)
    await stop.wait()
    await server.stop(0)


def _serve_threads(mode: BaselineMode, address: str) -> None:
    server = grpc.server(ThreadPoolExecutor(_THREADS))
    if mode is BaselineMode.THREADS_MESSAGES:
        authz_pb2_grpc.add_AuthorizationServiceServicer_to_server(_Messages(), server)  # type: ignore[no-untyped-call]
    else:
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            "Check": grpc.unary_unary_rpc_method_handler(_answer),
            "StreamCheck": grpc.stream_stream_rpc_method_handler(_answers),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
    port = server.add_insecure_port(address)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(0))
    print(port, flush=True)
    server.wait_for_termination()


def main(mode: BaselineMode, address: str) -> None:
    """Serve until SIGTERM."""
    if mode in (BaselineMode.THREADS, BaselineMode.THREADS_MESSAGES):
        _serve_threads(mode, address)
    else:
        run(_serve_aio(mode, address), use_fastest=mode is BaselineMode.AIO)


if __name__ == "__main__":
    main(BaselineMode(sys.argv[1]), sys.argv[2])
