"""What this checkout costs beside another one: `python -m tests.load.versus CHECKOUT`.

Both serve the same accounts at the same time, each from its own sources and interpreter, and are loaded in turns. Each
turn gives a ratio of processor times, the printed ratios are medians of these: a machine that changes its pace, or is
busy otherwise, changes both sides of a turn. The interpreters should have the same versions of grpcio and uvloop.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import closed_loop, open_loop
from authz.cli.bench.process import Sidecar, ended, free_port
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from tests.load import new_questions
from tests.load.cpu import cpu_seconds
from tests.waiting import eventually

_ROOT = Path(__file__).parents[2]
_ENGINE = Path(__file__).with_name("versus_engine.py")
_SERVICE = "/authz.v1.AuthorizationService/"
_BATCH = 1000
_CALLS, _BATCHES, _DECISIONS = 3000, 30, 20_000  # of one turn
_RATE, _SECONDS, _EVERY = 1000.0, 3.0, 0.3  # calls a second, seconds of a turn, and seconds between two changes


@dataclass(frozen=True, slots=True)
class Checkout:
    """Sources and the interpreter that runs them."""

    root: Path
    python: Path

    def start(self, *command: str, **pipes: object) -> subprocess.Popen:
        """Start a process on the sources."""
        environment = os.environ | {"PYTHONPATH": str(self.root)}
        return subprocess.Popen([str(self.python), *command], cwd=self.root, env=environment, text=True, **pipes)


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure: `turn` loads a subject of a checkout and returns what one decision took, in seconds."""

    name: str
    unit: str
    turn: Callable[[object], float]


@click.command("versus")
@click.argument("checkout", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--python", type=click.Path(path_type=Path), help="Interpreter of CHECKOUT.  [default: its .venv]")
@click.option("--turns", default=40, show_default=True, help="Of each checkout in each case.")
@click.option("--only", default="", help="Only cases whose name contains this.")
@json_option
def main(checkout: Path, python: Path | None, turns: int, only: str, json_file: Path | None) -> None:
    """Compare this checkout (after) with CHECKOUT (before)."""
    before = Checkout(checkout.resolve(), python or checkout.resolve() / ".venv/bin/python")
    after = Checkout(_ROOT, Path(sys.executable))
    rows = []
    for kind, cases in ((running_sidecar, [*served(), *reloaded()]), (running_engine, decided())):
        chosen = [each for each in cases if only in each.name]
        with ExitStack() as stack:
            subjects = [stack.enter_context(kind(each)) for each in (before, after)] if chosen else []
            for case in chosen:
                rows.append(compared(case, *subjects, turns))
                click.echo(f"{case.name}: {rows[-1]['after to before']:.3f}", err=True)
    show(rows, json_file)


def compared(case: Case, before: object, after: object, turns: int) -> Row:
    """Both in turns, the first one by turns; quartiles say how sure the ratio is."""
    pairs = []
    for turn in range(turns + 1):
        if turn % 2:
            first = case.turn(before)
            pairs.append((first, case.turn(after)))
        else:
            second = case.turn(after)
            pairs.append((case.turn(before), second))
    pairs = pairs[1:]  # the first one warms up
    low, ratio, high = statistics.quantiles([after / before for before, after in pairs], n=4)
    return {
        "case": case.name,
        "unit": case.unit,
        "before": statistics.median(before for before, _ in pairs) * 1e6,
        "after": statistics.median(after for _, after in pairs) * 1e6,
        "after to before": ratio,
        "quartiles": f"{low:.3f} to {high:.3f}",
    }


def served() -> Iterator[Case]:
    """Processor time of the server for one decision."""
    new = new_questions.Novelty()
    for name, in_flight in (("warm, 1 in flight", 1), ("warm, 16 in flight", 16), ("warm, 128 in flight", 128)):
        yield _case(name, questions.warm, _CALLS, in_flight=in_flight)
    yield _case("cold", new.cold, _CALLS)
    yield _case("other address and time each", new.contexts, _CALLS)
    yield _case("batch of 1000, warm", lambda count: new_questions.warm_batches(count, _BATCH), _BATCHES, _BATCH, 4)
    yield _case("batch of 1000, cold", lambda count: new.cold_batches(count, _BATCH), _BATCHES, _BATCH, 4)


def _case(
    name: str, messages: Callable[[int], Iterator[bytes]], calls: int, size: int = 1, in_flight: int = 16
) -> Case:
    method = _SERVICE + ("Check" if size == 1 else "BatchCheck")

    def turn(sidecar: Sidecar) -> float:
        load = messages(calls)
        began = cpu_seconds(sidecar.pid)
        figures = closed_loop(sidecar.tcp, method, load, in_flight)
        seconds = cpu_seconds(sidecar.pid) - began
        assert (figures.answered, figures.failed) == (calls, 0), name
        return seconds / (calls * size)

    return Case(name, "µs of processor time", turn)


def reloaded() -> Iterator[Case]:
    """Latency of callers while an account changes again and again."""

    def turn(sidecar: Sidecar) -> float:
        with _changing(sidecar.source):
            figures = open_loop(sidecar.tcp, _SERVICE + "Check", questions.warm(round(_RATE * _SECONDS)), _RATE)
        assert not figures.failed
        return figures.percentile(0.99)

    yield Case("p99 while an account changes", "µs", turn)


@contextmanager
def _changing(root: Path) -> Iterator[None]:
    """Rewrite a policy of one account every so often."""
    file = root / "10000000" / "policies" / "app-0.json"
    texts = [file.read_text(), file.read_text().replace("im:RemoveUser", "im:ModifyAppInfo")]
    stop = threading.Event()

    def change() -> None:
        turn = 0
        while not stop.wait(_EVERY):
            turn += 1
            new = file.with_suffix(".new")
            new.write_text(texts[turn % 2])
            new.replace(file)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class Served(Sidecar):
    """A sidecar, and the folder that it follows."""

    source: Path = Path()


@contextmanager
def running_sidecar(checkout: Checkout) -> Iterator[Served]:
    """A sidecar of a checkout on a source of its own, ready."""
    with tempfile.TemporaryDirectory() as folder:
        source, tcp, log = Path(folder, "accounts"), f"127.0.0.1:{free_port()}", Path(folder, "log")
        write_accounts(source, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        command = ("-m", "authz", "serve", str(source), "--listen", tcp, "--shutdown-notice", "0")
        with log.open("w") as stream:
            process = checkout.start(*command, stdout=stream, stderr=stream)
        with ended(process):
            eventually(lambda: '"serving"' in log.read_text() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield Served(tcp, process.pid, tcp, source)


def decided() -> Iterator[Case]:
    """Processor time of the engine in its process for one decision."""
    for name in ("allowed", "denied", "a context that is read", "a context that is not read", "a denied condition"):
        yield Case(f"engine: {name}", "µs of processor time", lambda engine, name=name: engine.seconds(name))


class EngineProcess:
    """A process of a checkout that decides when it is asked to, and answers with what one decision took."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def seconds(self, name: str) -> float:
        """Decide the questions of this name once."""
        print(name, _DECISIONS, file=self._process.stdin, flush=True, sep="\t")
        return float(self._process.stdout.readline())


@contextmanager
def running_engine(checkout: Checkout) -> Iterator[EngineProcess]:
    """An engine of a checkout, in a process of its own."""
    process = checkout.start("-P", str(_ENGINE), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with ended(process):
        yield EngineProcess(process)
        process.stdin.close()


if __name__ == "__main__":
    main()
