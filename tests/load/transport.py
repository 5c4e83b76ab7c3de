"""What gRPC alone costs, by version of grpcio, way of serving and experiment switches."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Figures, closed_loop
from authz.cli.bench.table import Row, json_option, show
from tests.load.baseline import BaselineMode
from tests.load.cpu import cpu_seconds
from tests.load.processes import running_baseline

_CHECK = "/authz.v1.AuthorizationService/Check"
_SWITCHES = "-event_engine_listener,-event_engine_client"
_VARIABLE = "GRPC_EXPERIMENTS"


@dataclass(frozen=True, slots=True)
class Transport:
    """An interpreter with its version of grpcio, a way of serving, and GRPC_EXPERIMENTS."""

    python: str
    version: str
    mode: BaselineMode
    switches: str

    def measure(self, calls: int, in_flight: int) -> tuple[float, Figures]:
        """CPU seconds of the server a call, and what the client saw, in a process of its own."""
        with _environment(self.switches), running_baseline(self.mode, python=self.python) as baseline:
            closed_loop(baseline.address, _CHECK, questions.warm(1000), in_flight)
            before = cpu_seconds(baseline.pid)
            figures = closed_loop(baseline.address, _CHECK, questions.warm(calls), in_flight)
            return (cpu_seconds(baseline.pid) - before) / calls, figures


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
@json_option
def transport_command(
    *, pythons: tuple[Path, ...], runs: int, calls: int, in_flight: int, json_file: Path | None
) -> None:
    """Servers that only echo, on this interpreter or on each PYTHON, which must have this package's dependencies."""
    transports = [
        Transport(python, version, mode, switches)
        for python, version in [(str(each), _version(str(each))) for each in pythons or [Path(sys.executable)]]
        for mode in BaselineMode
        for switches in ("", _SWITCHES)
    ]
    rounds = [[each.measure(calls, in_flight) for each in transports] for _ in range(runs)]
    show([_row(each, [turn[at] for turn in rounds]) for at, each in enumerate(transports)], json_file)


def _version(python: str) -> str:
    command = [python, "-c", "import grpc; print(grpc.__version__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _row(transport: Transport, measured: list[tuple[float, Figures]]) -> Row:
    return {
        "grpcio": transport.version,
        "mode": transport.mode.value,
        "switches": "off" if transport.switches else "-",
        "server µs a call": statistics.median(cpu for cpu, _ in measured) * 1e6,
        "calls/s": statistics.median(figures.rate for _, figures in measured),
        "p99 ms": statistics.median(figures.percentile(0.99) for _, figures in measured) * 1e3,
    }


if __name__ == "__main__":
    transport_command()
