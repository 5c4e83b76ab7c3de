"""The command `authz bench reload`, which measures how fast changes on disk take effect under load."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import grpc

from authz.cli.bench.changes import CHANGES, PRINCIPAL, Change
from authz.cli.bench.process import running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.client.channels import open_channel
from authz.errors import AuthzError
from authz.v1 import authz_pb2, authz_pb2_grpc

_PATIENCE = 60.0


@click.command("reload")
@click.option("--changes", default=50, show_default=True, help="Number of changes of each kind.")
@json_option
def reload_command(*, changes: int, json_file: Path | None) -> None:
    """Change a policy directory in several typical ways and time each change until it takes effect."""
    rows = [measure(change, changes) for change in CHANGES]
    show(rows, json_file)


def measure(change: Change, times: int) -> Row:
    """Time one kind of change.

    Raises:
        AuthzError: if a call fails, an old decision follows the new one, or a change does not take effect.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        change.prepare(root)
        with running_sidecar(root) as sidecar, open_channel(sidecar.address) as channel:
            stub = authz_pb2_grpc.AuthorizationServiceStub(channel)  # type: ignore[no-untyped-call]
            with _hammer(stub) as client:
                seconds = [_timed(change.apply, root, client, turn) for turn in range(times)]
    return {
        "change": change.name,
        "times": times,
        "median ms": statistics.median(seconds) * 1000,
        "max ms": max(seconds) * 1000,
        "checks meanwhile": client.calls,
        "failed": client.failed,
    }


class _Client:
    """Repeats one request and records the decisions."""

    def __init__(self, stub: authz_pb2_grpc.AuthorizationServiceStub) -> None:
        self._stub = stub
        self._question = authz_pb2.CheckRequest(principal=PRINCIPAL, action="sms:SendSms", resource="*")
        self.calls = 0
        self.failed = 0
        self.failure = ""
        self.allowed = True
        self.flips = 0
        self.is_stopping = False

    def run(self) -> None:
        while not self.is_stopping:
            self.calls += 1
            try:
                allowed = self._stub.Check(self._question, timeout=_PATIENCE).allowed
            except grpc.RpcError as error:
                self.failed += 1
                self.failure = f"{error.code().name}: {error.details()}"
                continue
            if allowed != self.allowed:
                self.allowed = allowed
                self.flips += 1


@contextmanager
def _hammer(stub: authz_pb2_grpc.AuthorizationServiceStub) -> Iterator[_Client]:
    client = _Client(stub)
    thread = threading.Thread(target=client.run, daemon=True)
    thread.start()
    try:
        yield client
    finally:
        client.is_stopping = True
        thread.join(_PATIENCE)


def _timed(apply: Callable[[Path, bool], None], root: Path, client: _Client, turn: int) -> float:
    """Seconds until a change takes effect; each change reverses the decision, so the two differ in value."""
    allowed = turn % 2 == 1
    start = time.perf_counter()
    apply(root, allowed)
    while client.flips <= turn:
        if time.perf_counter() - start > _PATIENCE:
            raise AuthzError(f"change {turn} did not take effect within {_PATIENCE:.0f} seconds")
        time.sleep(0.001)
    seconds = time.perf_counter() - start
    if client.failed:
        raise AuthzError(f"a call failed: {client.failure}")
    if client.flips != turn + 1 or client.allowed != allowed:
        raise AuthzError(f"an old decision followed the new one: {client.flips} turns after {turn + 1} changes")
    return seconds
