"""`python -m tests.load.startup`: from the start of the process to its first answer, and what it then holds."""

import statistics
import time
from pathlib import Path

import click

from authz.cli.bench.process import Sidecar, running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.cli.source_argument import policy_directory


@click.command("startup")
@click.argument("source", callback=policy_directory, envvar="AUTHZ_BENCH_STARTUP_SOURCE")
@click.option("--runs", default=5, show_default=True)
@json_option
def startup_command(*, source: Path, runs: int, json_file: Path | None) -> None:
    """Start a sidecar on SOURCE several times."""
    rows = [measure(source) for _ in range(runs)]
    seconds = [float(row["first answer ms"]) for row in rows]
    memory = [float(row["memory MB (PSS)"]) for row in rows]
    show(
        [
            {
                "runs": runs,
                "median first answer ms": statistics.median(seconds),
                "max first answer ms": max(seconds),
                "median memory MB (PSS)": statistics.median(memory),
            }
        ],
        json_file,
    )


def measure(source: Path) -> Row:
    """One start; ready means that health says so and a check is answered."""
    start = time.perf_counter()
    with running_sidecar(source) as sidecar:
        sidecar.ask()
        seconds = time.perf_counter() - start
        return {"first answer ms": seconds * 1000, "memory MB (PSS)": shared_bytes(sidecar) / 1e6}


def shared_bytes(sidecar: Sidecar) -> int:
    """The process's memory, with what it shares counted in part."""
    for line in Path(f"/proc/{sidecar.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    startup_command()
