"""`authz bench latency`: how long answers take as the load grows, for a server that is running or one of our own."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from authz.cli.bench import questions
from authz.cli.bench.http2_load import Figures, open_loop
from authz.cli.bench.plot import load_pyplot
from authz.cli.bench.process import running_sidecar
from authz.cli.bench.questions import cycled, read_questions
from authz.cli.bench.table import Row, show
from authz.cli.bench.workload import write_accounts

_CHECK = "/authz.v1.AuthorizationService/Check"
_PERCENTILES = (("p50 ms", 0.5), ("p99 ms", 0.99), ("p99.9 ms", 0.999))


@click.command("latency")
@click.option("--server", metavar="ADDR", help="A sidecar that runs already: host:port or unix:/path.")
@click.option(
    "--questions",
    "questions_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What to ask: one CheckRequest in JSON a line. By default a thousand questions on made-up accounts.",
)
@click.option("--rates", default="1000,2000,4000,6000,8000,10000", show_default=True, help="Calls a second.")
@click.option("--seconds", default=5.0, show_default=True, help="At each rate.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there.")
@click.option("--plot", "plot_file", type=click.Path(path_type=Path, dir_okay=False), help="Draw them there.")
def latency_command(
    *,
    server: str | None,
    questions_file: Path | None,
    rates: str,
    seconds: float,
    json_file: Path | None,
    plot_file: Path | None,
) -> None:
    """Open loop: calls are sent at each of RATES whatever comes back, and timed from when they were meant to be."""
    pyplot = load_pyplot() if plot_file is not None else None
    with ExitStack() as stack:
        address = server or _own_sidecar(stack)
        asked = list(questions.warm(questions.DISTINCT)) if questions_file is None else read_questions(questions_file)
        open_loop(address, _CHECK, cycled(asked, 2000), 1000)
        measured = [(rate, _measure(address, asked, rate, seconds)) for rate in map(float, rates.split(","))]
    rows = [_row(rate, figures) for rate, figures in measured]
    show(rows, json_file)
    if pyplot is not None and plot_file is not None:
        _draw(pyplot, rows, plot_file)


def _own_sidecar(stack: ExitStack) -> str:
    root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
    return stack.enter_context(running_sidecar(root)).tcp


def _measure(address: str, asked: list[bytes], rate: float, seconds: float) -> Figures:
    return open_loop(address, _CHECK, cycled(asked, round(rate * seconds)), rate)


def _row(rate: float, figures: Figures) -> Row:
    row: Row = {"sent/s": rate, "answered/s": figures.rate, "failed": figures.failed}
    return row | {name: figures.percentile(share) * 1e3 for name, share in _PERCENTILES}


def _draw(pyplot: object, rows: list[Row], file: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(7, 4))  # type: ignore[attr-defined]
    for name, _ in _PERCENTILES:
        axes.plot([row["sent/s"] for row in rows], [row[name] for row in rows], marker="o", label=name)
    axes.set_yscale("log")
    axes.set_xlabel("calls a second")
    axes.set_ylabel("ms from the intended time of sending")
    axes.legend()
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)  # type: ignore[attr-defined]
