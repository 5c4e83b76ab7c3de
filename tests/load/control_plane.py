"""What a call of the CAM API costs, beside a bare endpoint that reads the same row."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import click
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.http.request import RequestInternal

from authz.cli.bench.table import Row, json_option, show
from tests.control_plane import ACCOUNT, ControlPlaneProcess, call
from tests.load.cpu import cpu_seconds
from tests.postgres import Postgres
from tests.waiting import DEADLINE, eventually

_DOCUMENT = '{"version":"2.0","statement":[{"effect":"allow","action":["name/im:*"],"resource":["*"]}]}'
Make = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """Calls a second, and the seconds on a processor that the server spends for one."""

    rate: float
    cpu: float


@click.command("control-plane")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=3.0, show_default=True, help="Seconds of each run.")
@click.option(
    "--runs", type=click.IntRange(min=1), default=3, show_default=True, help="Runs, of which medians are shown."
)
@click.option("--connections", type=click.IntRange(min=1), default=8, show_default=True, help="Connections in use.")
@click.option("--postgresql/--sqlite", default=False, help="The database; default: SQLite.")
@json_option
def control_plane_command(
    seconds: float, runs: int, connections: int, *, postgresql: bool, json_file: Path | None
) -> None:
    """Measure the API and the bare endpoint in turns, so that other load on the machine affects both alike."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _database(Path(folder), is_postgresql=postgresql) as url,
        ControlPlaneProcess(url, folder) as plane,
    ):
        policy = call(plane.client(), "CreatePolicy", PolicyName="read", PolicyDocument=_DOCUMENT).PolicyId
        with _bare(url, policy) as bare:
            show(_rows(plane, bare, policy, runs, seconds, connections), json_file)


def _rows(plane: ControlPlaneProcess, bare: "_Bare", policy: int, runs: int, seconds: float, width: int) -> list[Row]:
    numbers = count(1)
    scenarios: dict[str, tuple[int, str, Make]] = {
        "bare endpoint": (bare.pid, bare.endpoint, lambda: _plain(bare.endpoint)),
        "GetPolicy": (plane.process.pid, plane.endpoint, lambda: _signed(plane, "GetPolicy", {"PolicyId": policy})),
        "ListPolicies": (plane.process.pid, plane.endpoint, lambda: _signed(plane, "ListPolicies", {})),
        "unknown key": (plane.process.pid, plane.endpoint, lambda: _unknown(plane)),
        "wrong signature": (plane.process.pid, plane.endpoint, lambda: _wrong(plane)),
        "UpdatePolicy": (
            plane.process.pid,
            plane.endpoint,
            lambda: _signed(plane, "UpdatePolicy", {"PolicyId": policy, "Description": str(next(numbers))}),
        ),
    }
    found: dict[str, list[Measured]] = {name: [] for name in scenarios}
    for _ in range(runs):
        for name, (pid, endpoint, make) in scenarios.items():
            found[name].append(measure(pid, endpoint, make, seconds, width, is_fresh=name == "UpdatePolicy"))
    cpu = {name: statistics.median(each.cpu for each in runs_) for name, runs_ in found.items()}
    return [
        {
            "call": name,
            "server µs a call": cpu[name] * 1e6,
            "ratio to bare": cpu[name] / cpu["bare endpoint"],
            "calls/s": statistics.median(each.rate for each in found[name]),
        }
        for name in scenarios
    ]


def measure(pid: int, endpoint: str, make: Make, seconds: float, width: int, *, is_fresh: bool = False) -> Measured:
    """Send requests for some seconds over `width` connections; each makes one, or `is_fresh` ones again and again."""
    before = cpu_seconds(pid)
    started = time.perf_counter()
    calls = asyncio.run(_load(endpoint, make, seconds, width, is_fresh=is_fresh))
    took = time.perf_counter() - started
    return Measured(calls / took, (cpu_seconds(pid) - before) / calls)


async def _load(endpoint: str, make: Make, seconds: float, width: int, *, is_fresh: bool) -> int:
    end = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(_connection(endpoint, make, end, is_fresh=is_fresh) for _ in range(width))))


async def _connection(endpoint: str, make: Make, end: float, *, is_fresh: bool) -> int:
    host, _, port = endpoint.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request, calls = make(), 0
    while time.perf_counter() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        calls += 1
        if is_fresh:
            request = make()
    writer.close()
    return calls


def _signed(plane: ControlPlaneProcess, action: str, parameters: dict[str, object], **key: str) -> bytes:
    """A request as the SDK signs it."""
    client = CommonClient("cam", "2019-01-16", plane.credential({**plane.root, **key}), "", plane.profile())
    request = RequestInternal(plane.endpoint, "POST", "/", {"Host": plane.endpoint})
    client._build_req_inter(action, parameters, request)
    return _request(request.header, request.data)


def _unknown(plane: ControlPlaneProcess) -> bytes:
    return _signed(plane, "ListPolicies", {}, SecretId="AKID" + "x" * 32)


def _wrong(plane: ControlPlaneProcess) -> bytes:
    return _signed(plane, "ListPolicies", {}, SecretKey="wrong")


def _plain(endpoint: str) -> bytes:
    return _request({"Host": endpoint, "Content-Type": "application/json"}, "{}")


def _request(headers: dict[str, str], body: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n{body}".encode()


@contextmanager
def _database(folder: Path, *, is_postgresql: bool) -> Iterator[str]:
    if not is_postgresql:
        yield f"sqlite:///{folder}/control.db"
        return
    with Postgres() as server:
        yield server.make_database()


@dataclass(frozen=True, slots=True)
class _Bare:
    """The bare endpoint's process and address."""

    pid: int
    endpoint: str


@contextmanager
def _bare(url: str, policy: int) -> Iterator[_Bare]:
    command = [sys.executable, "-m", "tests.load.bare_policy", url, ACCOUNT, str(policy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = eventually(process.stdout.readline)
            yield _Bare(process.pid, line.strip().partition("http://")[2])
        finally:
            process.terminate()
            process.wait(DEADLINE)


if __name__ == "__main__":
    control_plane_command()
