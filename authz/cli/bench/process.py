"""Starts the sidecar processes that are measured and ends them by process id."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from authz.client.channels import open_channel
from authz.errors import AuthzError
from authz.v1 import authz_pb2, authz_pb2_grpc

_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_EAGER = [("grpc.initial_reconnect_backoff_ms", 10), ("grpc.max_reconnect_backoff_ms", 50)]


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A running sidecar: its addresses and process id."""

    address: str
    pid: int
    tcp: str = ""

    def ask(self) -> None:
        """Send one request and wait for the answer."""
        question = authz_pb2.CheckRequest(principal="qcs::cam::uin/1:root", action="im:AddUser", resource="*")
        with open_channel(self.address) as channel:
            authz_pb2_grpc.AuthorizationServiceStub(channel).Check(question, timeout=_START_SECONDS)  # type: ignore[no-untyped-call]


@contextmanager
def running_sidecar(source: Path, *options: str) -> Iterator[Sidecar]:
    """Run a sidecar on `source` for the duration of the block, on a Unix socket and a TCP port."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:{folder}/authz.sock"
        tcp = f"127.0.0.1:{free_port()}"
        log = Path(folder, "log")
        command = [sys.executable, "-m", "authz", "serve", str(source), "--listen", address, "--listen", tcp, *options]
        with log.open("w") as stream:
            process = subprocess.Popen([*command, "--shutdown-notice", "0"], stderr=stream)  # noqa: S603 - our own command
        with ended(process):
            _wait_until_ready(address, log)
            yield Sidecar(address, process.pid, tcp)


@contextmanager
def ended(process: "subprocess.Popen[Any]") -> Iterator[None]:
    """End `process` when the block ends, and close its pipes."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def free_port() -> int:
    """A TCP port on which no process listens now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_until_ready(address: str, log: Path) -> None:
    """Wait until the server reports SERVING; it listens before it has loaded everything."""
    with open_channel(address, options=_EAGER) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(), timeout=_START_SECONDS, wait_for_ready=True
        )
        try:
            next(answer for answer in watch if answer.status == health_pb2.HealthCheckResponse.SERVING)
        except (grpc.RpcError, StopIteration):
            raise AuthzError(f"the sidecar did not start: {log.read_text()[-2000:]}") from None
