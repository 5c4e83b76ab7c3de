"""The command `authz bench latency`, which measures latency at constant rates of calls."""

from pathlib import Path

import click

from authz.cli.bench.load_generator import open_loop
from authz.cli.bench.load_questions import cycled
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.target import CHECK, Target, open_target, target_options

_PERCENTILES = (("p50 ms", 0.5), ("p99 ms", 0.99), ("p99.9 ms", 0.999))
_WARM_UP_CALLS = 2000
_WARM_UP_RATE = 1000.0


@click.command("latency")
@target_options
@click.option(
    "--rates",
    default="1000,2000,4000,6000,8000,10000",
    show_default=True,
    help="Calls per second, separated by commas.",
)
@click.option("--seconds", default=5.0, show_default=True, help="Duration of each rate.")
@json_option
def latency_command(
    *, server: str | None, questions_file: Path | None, rates: str, seconds: float, json_file: Path | None
) -> None:
    """Send calls at fixed rates, independent of the answers, and time each from the moment it was due."""
    with open_target(server, questions_file) as target:
        open_loop(target.address, CHECK, cycled(target.asked, _WARM_UP_CALLS), _WARM_UP_RATE)
        rows = [measure(target, rate, seconds) for rate in map(float, rates.split(","))]
    show(rows, json_file)


def measure(target: Target, rate: float, seconds: float) -> Row:
    """Measure one rate, in calls per second."""
    figures = open_loop(target.address, CHECK, cycled(target.asked, round(rate * seconds)), rate)
    row: Row = {"sent/s": rate, "answered/s": figures.rate, "failed": figures.failed}
    return row | {name: figures.percentile(share) * 1e3 for name, share in _PERCENTILES}
