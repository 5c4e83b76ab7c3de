"""What a decision costs a Python backend, by plain stubs and by the clients of this package."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import click

from authz.cli.bench.process import running_sidecar
from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from authz.client import AsyncClient, Client, Question
from authz.client.channels import open_aio_channel, open_channel
from authz.runtime.event_loop import fastest_loop
from authz.v1 import authz_pb2, authz_pb2_grpc

_TIMEOUT = 60.0
_CACHED_SECONDS = 3600.0
_PLAIN = "plain grpc.aio stub, 200 callers"
_PLAIN_BLOCKING = "plain blocking stub"
_QUESTIONS = [
    Question(
        f"qcs::cam::uin/10000000:uin/{100_001 + number % 20}",
        "im:AddUser" if number % 2 else "im:RemoveUser",
        f"qcs::im::uin/10000000:sdkappid/{1_400_000_000 + number // 20}",
    )
    for number in range(1000)
]


@dataclass(frozen=True, slots=True)
class Case:
    """`run` makes about as many decisions as it is told and returns how many; `against` is the stub to compare to."""

    name: str
    run: Callable[[int], int]
    share: float
    against: str


@click.command("client")
@click.option("--decisions", default=20_000, show_default=True, help="Of the gathering clients in one run.")
@click.option("--runs", default=5, show_default=True)
@click.option("--plain-loop", is_flag=True, help="On asyncio's own event loop, also where uvloop is installed.")
@json_option
def client_command(*, decisions: int, runs: int, plain_loop: bool, json_file: Path | None) -> None:
    """Ask a sidecar process 1,000 different questions in every way there is, interleaved; medians of all runs.

    The CPU time is all of this process: driver, client, gRPC's threads. The asyncio ways, the stub among them, run on
    uvloop where it is installed, as the sidecar does.
    """
    loops = None if plain_loop else fastest_loop()
    with tempfile.TemporaryDirectory() as folder:
        write_accounts(Path(folder), accounts=1, users=20, policies=50)
        with running_sidecar(Path(folder)) as sidecar, _cases(sidecar.address, loops) as cases:
            figures: dict[str, list[tuple[float, float]]] = {case.name: [] for case in cases}
            for case in cases * (runs + 1):  # the first run warms up
                figures[case.name].append(_measure(case, max(int(decisions * case.share), 1)))
    show(_rows(cases, {name: measured[1:] for name, measured in figures.items()}), json_file)


def _measure(case: Case, decisions: int) -> tuple[float, float]:
    """Decisions a second, and microseconds of CPU for each."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = case.run(decisions)
    return made / (time.perf_counter() - wall), (time.process_time() - cpu) / made * 1e6


def _rows(cases: list[Case], figures: dict[str, list[tuple[float, float]]]) -> list[Row]:
    rates = {name: statistics.median(rate for rate, _ in measured) for name, measured in figures.items()}
    costs = {name: statistics.median(cost for _, cost in measured) for name, measured in figures.items()}
    return [
        {
            "way": case.name,
            "decisions/s": rates[case.name],
            "client CPU µs": costs[case.name],
            "times the stub": rates[case.name] / rates[case.against],
            "stub's CPU / its CPU": costs[case.against] / costs[case.name],
        }
        for case in cases
    ]


@contextmanager
def _cases(address: str, loops: Callable[[], asyncio.AbstractEventLoop] | None) -> Iterator[list[Case]]:
    with asyncio.Runner(loop_factory=loops) as runner, ExitStack() as blocking:
        open_ones = AsyncExitStack()
        try:
            cases = runner.run(_asyncio_cases(address, open_ones, runner))
            yield cases + _blocking_cases(address, blocking)
        finally:
            runner.run(open_ones.aclose())


async def _asyncio_cases(address: str, stack: AsyncExitStack, runner: asyncio.Runner) -> list[Case]:
    channel = await stack.enter_async_context(open_aio_channel(address))
    stub = authz_pb2_grpc.AuthorizationServiceStub(channel)  # type: ignore[no-untyped-call]
    client = await stack.enter_async_context(AsyncClient(address, timeout=_TIMEOUT))
    caching = await stack.enter_async_context(
        AsyncClient(address, timeout=_TIMEOUT, cache_size=10_000, cache_ttl=_CACHED_SECONDS)
    )

    def ask_stub(question: Question) -> Awaitable[object]:
        return stub.Check(_message(question), timeout=_TIMEOUT)  # type: ignore[no-any-return]

    def ask(question: Question) -> Awaitable[object]:
        return client.check(question.principal, question.action, question.resource)

    def ask_caching(question: Question) -> Awaitable[object]:
        return caching.check(question.principal, question.action, question.resource)

    def callers(number: int, ask_one: Callable[[Question], Awaitable[object]]) -> Callable[[int], int]:
        return lambda decisions: runner.run(_closed_loop(number, decisions, ask_one))

    def batches(decisions: int) -> int:
        async def run() -> int:
            times = max(decisions // len(_QUESTIONS), 1)
            for _ in range(times):
                await client.batch(_QUESTIONS)
            return times * len(_QUESTIONS)

        return runner.run(run())

    gathering = [
        Case(f"gathering client, {number} callers", callers(number, ask), 1, _PLAIN) for number in (64, 200, 256)
    ]
    return [
        Case(_PLAIN, callers(200, ask_stub), 0.2, _PLAIN),
        *gathering,
        Case("batch of 1000", batches, 2, _PLAIN),
        Case("asyncio client, cached", callers(1, ask_caching), 4, _PLAIN),
    ]


def _blocking_cases(address: str, stack: ExitStack) -> list[Case]:
    channel = stack.enter_context(open_channel(address))
    stub = authz_pb2_grpc.AuthorizationServiceStub(channel)  # type: ignore[no-untyped-call]
    client = stack.enter_context(Client(address, timeout=_TIMEOUT))
    caching = stack.enter_context(Client(address, timeout=_TIMEOUT, cache_size=10_000, cache_ttl=_CACHED_SECONDS))

    def one_by_one(ask_one: Callable[[Question], object]) -> Callable[[int], int]:
        def run(decisions: int) -> int:
            for question in islice(cycle(_QUESTIONS), decisions):
                ask_one(question)
            return decisions

        return run

    def ask_caching(question: Question) -> object:
        return caching.check(question.principal, question.action, question.resource)

    return [
        Case(
            _PLAIN_BLOCKING, one_by_one(lambda each: stub.Check(_message(each), timeout=_TIMEOUT)), 0.1, _PLAIN_BLOCKING
        ),
        Case(
            "blocking client",
            one_by_one(lambda each: client.check(each.principal, each.action, each.resource)),
            0.1,
            _PLAIN_BLOCKING,
        ),
        Case("blocking client, cached", one_by_one(ask_caching), 4, _PLAIN_BLOCKING),
    ]


async def _closed_loop(callers: int, decisions: int, ask: Callable[[Question], Awaitable[object]]) -> int:
    """Each caller asks its next question when the last one is answered."""
    each = max(decisions // callers, 1)

    async def call(start: int) -> None:
        for number in range(start, start + each):
            await ask(_QUESTIONS[number % len(_QUESTIONS)])

    await asyncio.gather(*(call(number * 37) for number in range(callers)))
    return callers * each


def _message(question: Question) -> authz_pb2.CheckRequest:
    return authz_pb2.CheckRequest(principal=question.principal, action=question.action, resource=question.resource)


if __name__ == "__main__":
    client_command()
