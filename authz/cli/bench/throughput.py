"""The command `authz bench throughput`, which measures the decisions per second of a sidecar."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from authz.cli.bench.load_generator import closed_loop
from authz.cli.bench.load_questions import batch_of, cycled
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.target import BATCH_CHECK, CHECK, Target, open_target, target_options


@click.command("throughput")
@target_options
@click.option(
    "--in-flight", default="1,16,128", show_default=True, help="Numbers of concurrent calls, separated by commas."
)
@click.option("--batch", default=1, show_default=True, type=click.IntRange(1), help="Checks per call.")
@click.option("--calls", default=20_000, show_default=True, type=click.IntRange(1), help="Calls per measurement.")
@json_option
def throughput_command(
    *, server: str | None, questions_file: Path | None, in_flight: str, batch: int, calls: int, json_file: Path | None
) -> None:
    """Send calls over one connection, the next one as soon as an earlier one is answered."""
    with open_target(server, questions_file) as target:
        _measure(target, calls, 16, batch)  # fills the decision cache
        rows = [_measure(target, calls, int(number), batch) for number in in_flight.split(",")]
    show(rows, json_file)


def _measure(target: Target, calls: int, in_flight: int, batch: int) -> Row:
    path = CHECK if batch == 1 else BATCH_CHECK
    figures = closed_loop(target.address, path, _messages(target.asked, calls, batch), in_flight)
    return {
        "in flight": in_flight,
        "calls/s": figures.rate,
        "decisions/s": figures.rate * batch,
        "failed": figures.failed,
        "p50 ms": figures.percentile(0.5) * 1e3,
        "p99 ms": figures.percentile(0.99) * 1e3,
        "p99.9 ms": figures.percentile(0.999) * 1e3,
    }


def _messages(asked: Sequence[bytes], calls: int, batch: int) -> Iterator[bytes]:
    if batch == 1:
        return cycled(asked, calls)
    items = list(cycled(asked, max(batch, len(asked) // batch * batch)))
    batches = [batch_of(items[at : at + batch]) for at in range(0, len(items), batch)]
    return cycled(batches, calls)
