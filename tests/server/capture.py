"""Writes down what real clients send: `python -m tests.server.capture DIRECTORY`, for `tests.server.fuzz_native`.

grpcio always; buf, h2load and grpc-js (`--node DIRECTORY` with `tests/clients/node` installed) where they are.
"""

import argparse
import asyncio
import json
import shutil
import socket
import sys
from pathlib import Path

import grpc

from authz.http2.listener import GrpcServer
from authz.server.methods import SERVICE
from authz.v1 import authz_pb2, authz_pb2_grpc
from tests.builders import ALICE, APP_1, APP_2
from tests.server.fuzz_native import serving
from tests.sidecar import check_request
from tests.waiting import DEADLINE

ROOT = Path(__file__).parents[2]
CHECK = {"principal": ALICE, "action": "im:AddUser", "resource": APP_1}
QUESTIONS = [
    ("im:AddUser", APP_1),
    ("im:RemoveUser", APP_1),
    ("im:RemoveUser", APP_2),
    ("sms:SendSms", "*"),
    ("x", "*"),
]


class Tap:
    """Passes bytes on to a server, and writes down what each client sent."""

    def __init__(self, folder, upstream):
        self._folder = folder
        self._upstream = upstream
        self._open = 0
        self.name = ""
        self.quiet = asyncio.Event()

    async def pass_on(self, reader, writer):
        heard, name = bytearray(), f"{self.name}-{len(list(self._folder.glob(self.name + '-*')))}"
        (self._folder / f"{name}.bin").touch()
        self._open += 1
        self.quiet.clear()
        answers, questions = await asyncio.open_connection("127.0.0.1", self._upstream)
        back = asyncio.create_task(_pipe(answers, writer, bytearray()))
        await _pipe(reader, questions, heard)
        await back
        (self._folder / f"{name}.bin").write_bytes(heard)
        self._open -= 1
        if not self._open:
            self.quiet.set()


async def _pipe(reader, writer, heard):
    try:
        while data := await reader.read(1 << 16):
            heard += data
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def ask_by_asyncio(address):
    """Each kind of call, a deadline, metadata, compression, a cancellation."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = authz_pb2_grpc.AuthorizationServiceStub(channel)
        checks = [check_request(ALICE, *each) for each in QUESTIONS]
        for check in checks:
            await _heard(stub.Check(check, timeout=DEADLINE))
        await _heard(stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=checks), compression=grpc.Compression.Gzip))
        await _heard(stub.Explain(authz_pb2.ExplainRequest(check=checks[1]), metadata=(("trace-bin", b"\0\1"),)))
        stream = stub.StreamCheck(
            metadata=(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)
        )
        for check in checks[:3]:
            await stream.write(check)
            await stream.read()
        await stream.done_writing()
        watch = stub.WatchRevision(authz_pb2.WatchRevisionRequest())
        await watch.read()
        watch.cancel()


async def _heard(call):
    try:
        await call
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            raise


def ask_by_threads(address):
    with grpc.insecure_channel(address) as channel:
        stub = authz_pb2_grpc.AuthorizationServiceStub(channel)
        for action, resource in QUESTIONS[:4]:
            stub.Check(check_request(ALICE, action, resource), timeout=DEADLINE)


async def ask_by(*command, **options):
    process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.DEVNULL, **options)
    assert await process.wait() == 0, command


async def ask_by_node(installed, address):
    process = await asyncio.create_subprocess_exec(
        *("node", "ask.js", address, str(ROOT / "protos")), stdin=asyncio.subprocess.PIPE, cwd=installed
    )
    await process.communicate(json.dumps([CHECK, CHECK | {"action": "x"}, CHECK]).encode())


async def ask_by_h2load(address, folder):
    question = folder / "question"
    message = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
    question.write_bytes(b"\0" + len(message).to_bytes(4, "big") + message)
    fields = ["-H", "te: trailers", "-H", "content-type: application/grpc"]
    await ask_by("h2load", "-n3", "-c1", "-m2", "-d", question, *fields, f"http://{address}/{SERVICE}/Check")
    question.unlink()


async def capture(folder, node):
    """Ask by every client that is there, through a tap."""
    folder.mkdir(parents=True, exist_ok=True)
    server = GrpcServer(serving()[0].methods)
    bound = socket.create_server(("127.0.0.1", 0))
    await server.listen(bound)
    tap = Tap(folder, bound.getsockname()[1])
    taps = await asyncio.start_server(tap.pass_on, "127.0.0.1", 0)
    address = f"127.0.0.1:{taps.sockets[0].getsockname()[1]}"
    buf = shutil.which("buf", path=f"{Path(sys.executable).parent}") or shutil.which("buf")
    ways = {
        "grpcio-asyncio": lambda: ask_by_asyncio(address),
        "grpcio-threads": lambda: asyncio.to_thread(ask_by_threads, address),
        "h2load": (lambda: ask_by_h2load(address, folder)) if shutil.which("h2load") else None,
        "buf": (lambda: ask_by(*_buf(buf, address), cwd=ROOT / "protos")) if buf else None,
        "grpc-js": (lambda: ask_by_node(node, address)) if node else None,
    }
    for name, ask in ways.items():
        if ask is not None:
            tap.name = name
            await ask()
            await asyncio.wait_for(tap.quiet.wait(), DEADLINE)
    taps.close()
    await server.drain(0)


def _buf(buf, address):
    place = f"http://{address}/{SERVICE}/Check"
    return buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--schema", ".", "-d", json.dumps(CHECK), place


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--node", type=Path, help="where grpc-js is installed beside ask.js")
    options = parser.parse_args()
    asyncio.run(capture(options.folder, options.node))


if __name__ == "__main__":
    main()
