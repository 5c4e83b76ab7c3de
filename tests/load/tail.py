"""`python -m tests.load.tail`: the latency of an open loop while policies are replaced, beside that of calm moments."""

import os
import re
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Figures, closed_loop, open_loop
from authz.cli.bench.process import Sidecar, free_port, running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from authz.errors import AuthzError

_CHECK = "/authz.v1.AuthorizationService/Check"
_REST = 4.0  # seconds after the last change until it is calm again
_MOST_RATE = 5000.0
_SATURATING = 128  # calls in flight
_SATURATING_CALLS = 20_000
_MOST_LOOK_SECONDS = 120.0
_COLLECTOR = "authz_collector_seconds_total"
_LOOKED_AT = "authz_source_last_look_timestamp_seconds"
_HTTP = build_opener(ProxyHandler({}))  # the sidecar itself, whatever proxy the environment names


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A source, and what is done to it every so many seconds while the sidecar is loaded."""

    name: str
    accounts: int
    policies: int
    apply: Callable[[Path, int], None]
    every: float


def _rewrite_one(root: Path, turn: int) -> None:
    """Another account each time, its attachments replaced as an editor does it, in which a user has another name."""
    file = root / str(10_000_000 + turn % questions.ACCOUNTS) / "attachments.yaml"
    new = file.with_suffix(".new")
    new.write_text(re.sub(r"name: user-0\S*", f"name: user-0-{turn}", file.read_text()))
    new.replace(file)


def _replace_all(root: Path, _turn: int) -> None:
    """Another folder, in which one policy of a hundred differs, takes the place of the one before: a deployment."""
    folder, spare, away = root / "10000000", root / ".spare", root / ".away"
    folder.rename(away)
    spare.rename(folder)
    away.rename(spare)


@click.command("tail")
@click.option("--runs", default=5, show_default=True, help="Calm and disturbed ones, taking turns.")
@click.option("--seconds", default=5.0, show_default=True, help="Of each run.")
@click.option("--rate", type=float, help="Calls a second.  [default: half of saturation, at most 5000]")
@click.option(
    "--accounts",
    type=click.IntRange(min=questions.ACCOUNTS),
    default=10_000,
    show_default=True,
    help="One of these is rewritten every second.",
)
@click.option("--policies", default=10_000, show_default=True, help="Of the account that is replaced as a whole.")
@json_option
def tail_command(
    *, runs: int, seconds: float, rate: float | None, accounts: int, policies: int, json_file: Path | None
) -> None:
    """Latency from the intended time of sending, calm and while the source changes every second; medians of runs."""
    disturbances = (
        Disturbance(f"one of {accounts} accounts", accounts, questions.POLICIES, _rewrite_one, every=1.0),
        Disturbance(f"all of {policies} policies", 1, policies, _replace_all, every=5.0),
    )
    rows: list[Row] = []
    for each in disturbances:
        rows += _measure(each, runs, seconds, rate)
    show(rows, json_file)


def _measure(disturbance: Disturbance, runs: int, seconds: float, rate: float | None) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_accounts(root, disturbance.accounts, questions.USERS, disturbance.policies)
        if disturbance.accounts == 1:
            _make_spare(root)
        os.sync()  # else the system writes all of it while the first runs are measured
        http = f"127.0.0.1:{free_port()}"
        with running_sidecar(root, "--http", http) as sidecar:
            _wait_for_calm(http)
            rate = rate or _half_of_saturation(sidecar)
            _load(sidecar, http, seconds, rate)
            calm, disturbed = [], []
            for _ in range(runs):
                calm.append(_load(sidecar, http, seconds, rate))
                with _changing(disturbance, root):
                    disturbed.append(_load(sidecar, http, seconds, rate))
                time.sleep(_REST)
    reference = _p99(calm)
    return [
        _row(f"{disturbance.name}: calm", rate, calm, reference),
        _row(f"{disturbance.name}: replaced every {disturbance.every:.0f} s", rate, disturbed, reference),
    ]


def _wait_for_calm(http: str) -> None:
    """After its start a sidecar looks at everything once more, which takes a while where there is much."""
    first, end = _metric(http, _LOOKED_AT), time.monotonic() + _MOST_LOOK_SECONDS
    while _metric(http, _LOOKED_AT) == first:
        if time.monotonic() > end:
            raise AuthzError(f"the sidecar did not look at its source for {_MOST_LOOK_SECONDS:.0f} s")
        time.sleep(0.1)


def _half_of_saturation(sidecar: Sidecar) -> float:
    """Calls a second of which the sidecar can answer twice as many, all of them warm; or fewer, if that is a lot."""
    closed_loop(sidecar.tcp, _CHECK, questions.warm(_SATURATING_CALLS), _SATURATING)
    warm = closed_loop(sidecar.tcp, _CHECK, questions.warm(_SATURATING_CALLS), _SATURATING)
    return min(_MOST_RATE, warm.rate / 2)


def _make_spare(root: Path) -> None:
    """The folder of the account once more, hidden, with another deny in one policy of a hundred."""
    shutil.copytree(root / "10000000", root / ".spare")
    for file in sorted((root / ".spare" / "policies").iterdir())[::100]:
        file.write_text(file.read_text().replace("im:RemoveUser", "im:ModifyAppInfo"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """One run, and the seconds that the server's collector stopped it meanwhile."""

    figures: Figures
    collector: float


def _load(sidecar: Sidecar, http: str, seconds: float, rate: float) -> Loaded:
    before = _metric(http, _COLLECTOR)
    figures = open_loop(sidecar.tcp, _CHECK, questions.warm(round(seconds * rate)), rate)
    if figures.failed:
        raise AuthzError(f"{figures.failed} calls failed")
    return Loaded(figures, _metric(http, _COLLECTOR) - before)


def _metric(http: str, name: str) -> float:
    with _HTTP.open(f"http://{http}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    found = next(line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(found.rpartition(" ")[2])


@contextmanager
def _changing(disturbance: Disturbance, root: Path) -> Iterator[None]:
    stop = threading.Event()

    def change() -> None:
        turn = 0
        while not stop.is_set():
            disturbance.apply(root, turn)
            turn += 1
            stop.wait(disturbance.every)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _p99(runs: list[Loaded]) -> float:
    return statistics.median(each.figures.percentile(0.99) for each in runs)


def _row(name: str, rate: float, runs: list[Loaded], reference: float) -> Row:
    return {
        "while": name,
        "calls/s": round(rate),
        "p50 ms": statistics.median(each.figures.percentile(0.5) for each in runs) * 1e3,
        "p99 ms": _p99(runs) * 1e3,
        "p99.9 ms": statistics.median(each.figures.percentile(0.999) for each in runs) * 1e3,
        "longest ms": max(each.figures.percentile(1.0) for each in runs) * 1e3,
        "p99 to calm": _p99(runs) / reference,
        "collector ms": statistics.median(each.collector for each in runs) * 1e3,
    }


if __name__ == "__main__":
    tail_command()
