"""`authz bench overload`: twice as much work as the sidecar can do, beside half as much."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench import questions
from authz.cli.bench.http2_load import Figures, closed_loop, open_loop
from authz.cli.bench.process import Sidecar, running_sidecar
from authz.cli.bench.startup import shared_bytes
from authz.cli.bench.table import Row, show
from authz.cli.bench.workload import write_accounts

_BATCH = "/authz.v1.AuthorizationService/BatchCheck"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One run at a part of the capacity."""

    share: float
    figures: Figures


@click.command("overload")
@click.option("--runs", default=5, show_default=True, help="At each load, taking turns.")
@click.option("--seconds", default=3.0, show_default=True, help="Of each run.")
@click.option("--size", default=1000, show_default=True, help="New checks in each batch.")
@click.option("--max-in-flight", default=2, show_default=True, help="The sidecar's limit.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there.")
def overload_command(*, runs: int, seconds: float, size: int, max_in_flight: int, json_file: Path | None) -> None:
    """Open loop of batches at half of the measured capacity and at twice of it; medians of runs."""
    new = questions.Novelty()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        with running_sidecar(root, "--max-in-flight", str(max_in_flight)) as sidecar:
            capacity = _capacity(sidecar, new, size)
            before = shared_bytes(sidecar)
            measured = [
                Loaded(share, _load(sidecar, new, size, capacity * share, seconds))
                for _ in range(runs)
                for share in (0.5, 2.0)
            ]
            grown = (shared_bytes(sidecar) - before) / 1e6
    calm, over = ([each.figures for each in measured if each.share == share] for share in (0.5, 2.0))
    reference = _median(calm, 0.99)
    rows = [_row("half", 0.5 * capacity, calm, reference), _row("twice", 2 * capacity, over, reference)]
    show(rows, json_file)
    click.echo(f"capacity {capacity:.0f} batches a second; memory grew by {grown:.1f} MB, cached answers included")


def _capacity(sidecar: Sidecar, new: questions.Novelty, size: int) -> float:
    """Batches a second, one after another and two at a time."""
    closed_loop(sidecar.tcp, _BATCH, new.cold_batches(20, size), 2)
    start = time.perf_counter()
    closed_loop(sidecar.tcp, _BATCH, new.cold_batches(100, size), 2)
    return 100 / (time.perf_counter() - start)


def _load(sidecar: Sidecar, new: questions.Novelty, size: int, rate: float, seconds: float) -> Figures:
    return open_loop(sidecar.tcp, _BATCH, new.cold_batches(max(round(rate * seconds), 10), size), rate)


def _median(runs: list[Figures], share: float) -> float:
    return statistics.median(each.percentile(share) for each in runs)


def _row(name: str, rate: float, runs: list[Figures], reference: float) -> Row:
    refusals = sorted(each for run in runs for each in run.refusals)
    return {
        "load": name,
        "batches/s": rate,
        "accepted %": 100 * statistics.median(run.answered / (run.answered + run.failed) for run in runs),
        "p50 ms": _median(runs, 0.5) * 1e3,
        "p99 ms": _median(runs, 0.99) * 1e3,
        "p99 to half": _median(runs, 0.99) / reference,
        "refused in p50 ms": refusals[len(refusals) // 2] * 1e3 if refusals else float("nan"),
        "p99": refusals[int(len(refusals) * 0.99)] * 1e3 if refusals else float("nan"),
    }
