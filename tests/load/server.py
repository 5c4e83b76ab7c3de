"""What a call costs the server, as a ratio to the baseline that was measured in the same run."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Figures, closed_loop
from authz.cli.bench.process import Sidecar, running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from authz.cli.transport_option import transport_option
from authz.errors import AuthzError
from authz.server.transport import TransportKind
from authz.v1 import authz_pb2
from tests.load import new_questions
from tests.load.baseline import BaselineMode
from tests.load.cpu import cpu_seconds
from tests.load.processes import running_baseline
from tests.load.stream_load import streams

_SERVICE = "/authz.v1.AuthorizationService/"
_BATCH = 1000
_WINDOW = 4  # unanswered messages on each stream
Messages = Callable[[int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to load a server.

    `size` are the decisions in one message, `least` the messages of one run, which begins with a new connection;
    `streams` is 0 for unary calls.
    """

    name: str
    messages: Messages
    in_flight: int = 16
    method: str = "Check"
    size: int = 1
    least: int = 20
    streams: int = 0
    is_unix: bool = False

    def run(self, server: Sidecar, messages: int) -> Figures:
        """Load `server` once."""
        address = server.address if self.is_unix or not server.tcp else server.tcp
        if self.streams:
            return streams(address, _SERVICE + self.method, self.messages(messages), self.streams, _WINDOW)
        return closed_loop(address, _SERVICE + self.method, self.messages(messages), self.in_flight)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a scenario: CPU seconds of the server for each decision, and what the client saw."""

    cpu: float
    figures: Figures


def scenarios() -> list[Scenario]:
    """Everything that is measured on a sidecar."""
    new = new_questions.Novelty()
    unary = [
        Scenario(
            f"warm, {in_flight} in flight{', Unix socket' if is_unix else ''}",
            questions.warm,
            in_flight,
            is_unix=is_unix,
        )
        for is_unix in (False, True)
        for in_flight in (1, 16, 128)
    ]
    batches = [
        Scenario(f"batch of {size}, warm", _warm_batches(size), 4, "BatchCheck", size, 100)
        for size in (1, 10, 100, _BATCH)
    ]
    return [
        *unary,
        Scenario("cold", new.cold),
        Scenario("other address and time each", new.contexts),
        *batches,
        Scenario(f"batch of {_BATCH}, cold", lambda count: new.cold_batches(count, _BATCH), 4, "BatchCheck", _BATCH),
        Scenario("1 stream", questions.warm, method="StreamCheck", streams=1),
        Scenario("16 streams", questions.warm, method="StreamCheck", streams=16),
    ]


def _warm_batches(size: int) -> Messages:
    return lambda count: new_questions.warm_batches(count, size)


_BASELINES = [
    Scenario("baseline: raw bytes, 1 in flight", questions.warm, 1),
    Scenario("baseline: raw bytes, 16 in flight", questions.warm, 16),
    Scenario("baseline: raw bytes, 128 in flight", questions.warm, 128),
    Scenario("baseline: raw bytes, 16 streams", questions.warm, method="StreamCheck", streams=16),
]


@click.command("server")
@click.option("--runs", default=25, show_default=True, help="Of each scenario, taking turns.")
@click.option("--calls", default=1000, show_default=True, help="Of each run.")
@click.option("--only", default="", help="Only scenarios whose name contains this, and the baselines.")
@click.option(
    "--rival-python",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An interpreter with another grpcio: a plain servicer with messages is measured there in the same run.",
)
@transport_option(
    TransportKind.GRPCIO,
    "What the sidecar serves by. The baseline is grpcio's: with the same, the ratios tell what all but gRPC costs.",
)
@json_option
def server_command(
    *, runs: int, calls: int, only: str, rival_python: Path | None, transport: TransportKind, json_file: Path | None
) -> None:
    """Load a sidecar in many ways, and beside it servers that only echo; medians, and ratios to the echo.

    Many short runs in turns, since machines change their pace; percentiles are those of all calls together.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        sidecar = stack.enter_context(running_sidecar(root, "--transport", transport.value))
        baseline = stack.enter_context(running_baseline(BaselineMode.AIO))
        plan = [(baseline, each) for each in _BASELINES]
        if rival_python is not None:
            rival = stack.enter_context(running_baseline(BaselineMode.AIO_MESSAGES, python=str(rival_python)))
            plan.append((rival, Scenario("rival: servicer with messages", questions.warm)))
        plan += [(sidecar, each) for each in scenarios() if only in each.name]
        results = measure(plan, runs, calls)
    show([*_rows(results), _protobuf_row(runs)], json_file)


def measure(plan: Sequence[tuple[Sidecar, Scenario]], runs: int, calls: int) -> list[tuple[Scenario, list[Measured]]]:
    """Each scenario once to warm up, then all of them in turn, `runs` times.

    Raises:
        AuthzError: if a call fails.
    """
    for server, scenario in plan:
        _measure(server, scenario, min(calls, 2000))
    rounds = [[_measure(server, scenario, calls) for server, scenario in plan] for _ in range(runs)]
    return [(scenario, [each[at] for each in rounds]) for at, (_, scenario) in enumerate(plan)]


def _measure(server: Sidecar, scenario: Scenario, calls: int) -> Measured:
    messages = max(calls // scenario.size, scenario.least)
    before = cpu_seconds(server.pid)
    figures = scenario.run(server, messages)
    cpu = cpu_seconds(server.pid) - before
    if figures.failed or figures.answered != messages:
        raise AuthzError(f"{scenario.name}: {figures.failed} calls failed, {figures.answered} of {messages} answered")
    return Measured(cpu / (messages * scenario.size), figures)


def _rows(results: Sequence[tuple[Scenario, list[Measured]]]) -> list[Row]:
    baselines = {scenario.in_flight: _cpu(measured) for scenario, measured in results[:3]}
    return [
        _row(scenario, measured, baselines[scenario.in_flight if scenario.in_flight in baselines else 16])
        for scenario, measured in results
    ]


def _protobuf_row(runs: int) -> Row:
    """What protobuf alone takes to read the items of a batch and to write their answers, without a server."""
    request = next(new_questions.warm_batches(1, _BATCH))
    answer = authz_pb2.CheckResponse(allowed=True, reason=authz_pb2.REASON_ALLOWED, revision="1")
    answers = authz_pb2.BatchCheckResponse(results=[authz_pb2.BatchCheckResult(response=answer)] * _BATCH)
    seconds = []
    for _ in range(max(runs, 5)):
        began = process_time()
        for each in authz_pb2.BatchCheckRequest.FromString(request).checks:
            _ = each.principal, each.action, each.resource
        answers.SerializeToString()
        seconds.append(process_time() - began)
    return {
        "scenario": f"protobuf alone, batch of {_BATCH}",
        "server µs a decision": statistics.median(seconds) / _BATCH * 1e6,
    }


def _cpu(measured: Sequence[Measured]) -> float:
    return statistics.median(each.cpu for each in measured)


def _row(scenario: Scenario, measured: Sequence[Measured], baseline: float) -> Row:
    every = sorted(latency for each in measured for latency in each.figures.latencies)

    def percentile(share: float) -> float:
        return every[min(int(share * len(every)), len(every) - 1)]

    return {
        "scenario": scenario.name,
        "server µs a decision": _cpu(measured) * 1e6,
        "ratio to baseline": _cpu(measured) / baseline,
        "decisions/s": statistics.median(each.figures.rate * scenario.size for each in measured),
        "p50 ms": percentile(0.5) * 1e3,
        "p99 ms": percentile(0.99) * 1e3,
        "p99.9 ms": percentile(0.999) * 1e3,
    }


if __name__ == "__main__":
    server_command()
