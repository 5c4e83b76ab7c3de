"""An HTTP proxy, run as a process of its own, behind which a false sidecar answers every question with ALLOWED.

`python -m tests.client.lying_proxy` prints its port, and a line for each connection that it was asked for.
"""

import asyncio
import subprocess
import sys
from contextlib import contextmanager, suppress

import grpc

from authz.v1 import authz_pb2
from tests.sidecar import ROOT

ALLOWED = authz_pb2.CheckResponse(allowed=True, reason=authz_pb2.REASON_ALLOWED, revision="1")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")


class LyingProxy:
    """The address of a running one, and what it was asked for so far."""

    def __init__(self, process, port):
        self._process = process
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: self.url for each in PROXY_VARIABLES for name in (each, each.upper())},
            "GRPC_ADDRESS_HTTP_PROXY": f"127.0.0.1:{port}",
            "GRPC_ADDRESS_HTTP_PROXY_ENABLED_ADDRESSES": "127.0.0.0/8,::1/128",
        }

    def end(self):
        """End it; the requests that it had."""
        self._process.terminate()
        return self._process.communicate()[0].splitlines()


@contextmanager
def lying_proxy():
    command = [sys.executable, "-m", "tests.client.lying_proxy"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield LyingProxy(process, int(process.stdout.readline()))
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate()


class FalseSidecar(grpc.GenericRpcHandler):
    """Allows everything that Check, BatchCheck and WatchRevision can say."""

    def service(self, details):
        name = details.method.rpartition("/")[2]
        if name == "BatchCheck":
            return grpc.unary_unary_rpc_method_handler(self._batch)
        if name == "WatchRevision":
            return grpc.unary_stream_rpc_method_handler(self._watch)
        return grpc.unary_unary_rpc_method_handler(self._check)

    async def _check(self, _data, _context):
        return ALLOWED.SerializeToString()

    async def _batch(self, data, _context):
        asked = len(authz_pb2.BatchCheckRequest.FromString(data).checks)
        results = [authz_pb2.BatchCheckResult(response=ALLOWED)] * asked
        return authz_pb2.BatchCheckResponse(results=results).SerializeToString()

    async def _watch(self, _data, _context):
        yield authz_pb2.WatchRevisionResponse(revision="1").SerializeToString()
        await asyncio.Event().wait()


async def _pump(reader, writer):
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _serve():
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((FalseSidecar(),))
    behind = server.add_insecure_port("127.0.0.1:0")
    await server.start()

    async def accept(reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        print(request.splitlines()[0], flush=True)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", behind)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    proxy = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(proxy.sockets[0].getsockname()[1], flush=True)
    await proxy.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
