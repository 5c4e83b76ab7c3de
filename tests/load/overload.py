"""`python -m tests.load.overload`: twice as much work as the sidecar can do, beside half as much."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Figures, closed_loop, open_loop
from authz.cli.bench.process import Sidecar, running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from tests.load import new_questions
from tests.load.startup import shared_bytes

_SERVICE = "/authz.v1.AuthorizationService/"
_WARM_UP = 20_000  # decisions


@dataclass(frozen=True, slots=True)
class Loaded:
    """One run at a part of the capacity."""

    share: float
    figures: Figures


@click.command("overload")
@click.option("--runs", default=5, show_default=True, help="At each load, taking turns.")
@click.option("--seconds", default=3.0, show_default=True, help="Of each run.")
@click.option("--size", default=1000, show_default=True, help="New checks in each batch; 1: single checks.")
@click.option("--max-in-flight", default=2, show_default=True, help="The sidecar's limit.")
@json_option
def overload_command(*, runs: int, seconds: float, size: int, max_in_flight: int, json_file: Path | None) -> None:
    """Open loop of batches at half of the measured capacity and at twice of it; medians of runs."""
    work = _Work(size, new_questions.Novelty())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        with running_sidecar(root, "--max-in-flight", str(max_in_flight)) as sidecar:
            capacity = work.capacity(sidecar)
            before = shared_bytes(sidecar)
            measured = [
                Loaded(share, work.load(sidecar, capacity * share, seconds))
                for _ in range(runs)
                for share in (0.5, 2.0)
            ]
            grown = (shared_bytes(sidecar) - before) / 1e6
    calm, over = ([each.figures for each in measured if each.share == share] for share in (0.5, 2.0))
    reference = _median(calm, 0.99)
    rows = [_row("half", 0.5 * capacity, calm, reference), _row("twice", 2 * capacity, over, reference)]
    show(rows, json_file)
    click.echo(f"capacity {capacity:.0f} calls a second; memory grew by {grown:.1f} MB, cached answers included")


@dataclass(frozen=True, slots=True)
class _Work:
    """What is asked: batches of `size` new checks, or single ones."""

    size: int
    new: new_questions.Novelty

    @property
    def path(self) -> str:
        return f"{_SERVICE}{'Check' if self.size == 1 else 'BatchCheck'}"

    def messages(self, count: int) -> Iterator[bytes]:
        return self.new.cold(count) if self.size == 1 else self.new.cold_batches(count, self.size)

    def capacity(self, sidecar: Sidecar) -> float:
        """Calls a second, as many at a time as keep the sidecar busy."""
        count, in_flight = max(_WARM_UP // self.size, 100), 64 if self.size == 1 else 2
        closed_loop(sidecar.tcp, self.path, self.messages(count), in_flight)
        messages = self.messages(count)
        start = time.perf_counter()
        closed_loop(sidecar.tcp, self.path, messages, in_flight)
        return count / (time.perf_counter() - start)

    def load(self, sidecar: Sidecar, rate: float, seconds: float) -> Figures:
        """An open loop at this rate."""
        return open_loop(sidecar.tcp, self.path, self.messages(max(round(rate * seconds), 10)), rate)


def _median(runs: list[Figures], share: float) -> float:
    return statistics.median(each.percentile(share) for each in runs)


def _row(name: str, rate: float, runs: list[Figures], reference: float) -> Row:
    refusals = sorted(each for run in runs for each in run.refusals)
    return {
        "load": name,
        "calls/s": rate,
        "accepted %": 100 * statistics.median(run.answered / (run.answered + run.failed) for run in runs),
        "p50 ms": _median(runs, 0.5) * 1e3,
        "p99 ms": _median(runs, 0.99) * 1e3,
        "p99 to half": _median(runs, 0.99) / reference,
        "refused in p50 ms": refusals[len(refusals) // 2] * 1e3 if refusals else float("nan"),
        "p99": refusals[int(len(refusals) * 0.99)] * 1e3 if refusals else float("nan"),
    }


if __name__ == "__main__":
    overload_command()
