"""`authz bench transport`: what gRPC alone costs, by version of grpcio, way of serving and experiment switches."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench import questions
from authz.cli.bench.cpu import cpu_seconds
from authz.cli.bench.floor import FloorMode
from authz.cli.bench.http2_load import Figures, closed_loop
from authz.cli.bench.process import running_floor
from authz.cli.bench.table import Row, show

_CHECK = "/authz.v1.AuthorizationService/Check"
_SWITCHES = "-event_engine_listener,-event_engine_client"
_VARIABLE = "GRPC_EXPERIMENTS"


@dataclass(frozen=True, slots=True)
class Transport:
    """An interpreter with its version of grpcio, a way of serving, and GRPC_EXPERIMENTS."""

    python: str
    version: str
    mode: FloorMode
    switches: str

    def measure(self, calls: int, in_flight: int) -> tuple[float, Figures]:
        """CPU seconds of the server a call, and what the client saw, in a process of its own."""
        with _environment(self.switches), running_floor(self.mode, python=self.python) as floor:
            closed_loop(floor.address, _CHECK, questions.warm(1000), in_flight)
            before = cpu_seconds(floor.pid)
            figures = closed_loop(floor.address, _CHECK, questions.warm(calls), in_flight)
            return (cpu_seconds(floor.pid) - before) / calls, figures


@contextmanager
def _environment(switches: str) -> Iterator[None]:
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = switches
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


@click.command("transport")
@click.option("--python", "pythons", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--runs", default=5, show_default=True, help="Of each, taking turns.")
@click.option("--calls", default=5000, show_default=True, help="Of each run.")
@click.option("--in-flight", default=16, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there.")
def transport_command(
    *, pythons: tuple[Path, ...], runs: int, calls: int, in_flight: int, json_file: Path | None
) -> None:
    """Servers that only echo, on this interpreter or on each PYTHON, which must have this package's dependencies."""
    transports = [
        Transport(python, version, mode, switches)
        for python, version in [(str(each), _version(str(each))) for each in pythons or [Path(sys.executable)]]
        for mode in FloorMode
        for switches in ("", _SWITCHES)
    ]
    rounds = [[each.measure(calls, in_flight) for each in transports] for _ in range(runs)]
    show([_row(each, [turn[at] for turn in rounds]) for at, each in enumerate(transports)], json_file)


def _version(python: str) -> str:
    command = [python, "-c", "import grpc; print(grpc.__version__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - the caller's own interpreter


def _row(transport: Transport, measured: list[tuple[float, Figures]]) -> Row:
    return {
        "grpcio": transport.version,
        "mode": transport.mode.value,
        "switches": "off" if transport.switches else "-",
        "server µs a call": statistics.median(cpu for cpu, _ in measured) * 1e6,
        "calls/s": statistics.median(figures.rate for _, figures in measured),
        "p99 ms": statistics.median(figures.percentile(0.99) for _, figures in measured) * 1e3,
    }
