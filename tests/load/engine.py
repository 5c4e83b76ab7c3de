"""`python -m tests.load.engine`: what a decision costs without any cache, in this process.

The same number of users is asked, with the same number of varied questions each (allowed, denied, not matched),
whatever the size of the world, so that processor caches favour no size. Times include the loop around the call.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from authz.cli.bench.table import Row, json_option, show
from authz.engine.evaluate import evaluate
from authz.engine.request import Request, parse_request
from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from tests.load.engine_fixture import STATEMENTS_PER_POLICY, World, many_accounts, one_account
from tests.load.plot import draw, load_pyplot
from tests.load.timing import Work, interleaved

_STATEMENTS = (10, 100, 1_000)
_POLICIES = (10, 100, 1_000, 10_000, 100_000)
_ACCOUNTS = (1, 10, 100, 1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Case:
    """One world to measure; `varied` names the size that differs from its neighbours."""

    varied: str
    size: int
    statements: int
    build: Callable[[], World]


@click.command("engine")
@click.option("--runs", default=7, show_default=True, help="Of which the medians are shown.")
@click.option("--limit", default=10_000, show_default=True, help="The largest number of policies and of accounts.")
@click.option("--full", is_flag=True, help=f"As --limit {_POLICIES[-1]}: half a minute, and 0.6 GB of memory.")
@json_option
@click.option("--plot", "plot_file", type=click.Path(path_type=Path, dir_okay=False), help="Draw cost against size.")
def engine_command(*, runs: int, limit: int, full: bool, json_file: Path | None, plot_file: Path | None) -> None:
    """Time decisions over numbers of policies, accounts and statements, with and without conditions."""
    pyplot = None if plot_file is None else load_pyplot()
    rows = measure(list(cases(_POLICIES[-1] if full else limit)), runs)
    show(rows, json_file)
    if plot_file is not None:
        draw(pyplot, rows, plot_file)


def cases(limit: int) -> Iterator[Case]:
    """The worlds, as large as `limit` allows."""
    for size in _POLICIES:
        if size <= limit:
            yield Case("policies", size, 10, lambda size=size: one_account(size, 10))  # type: ignore[misc]
    for size in _ACCOUNTS:
        if size <= limit:
            yield Case("accounts", size, 10, lambda size=size: many_accounts(size, 10))  # type: ignore[misc]
    for conditional in (False, True):
        name = "statements, conditions" if conditional else "statements"
        for size in _STATEMENTS:
            if size <= limit:
                yield Case(name, size, size, _of_statements(size, conditional=conditional))


def _of_statements(statements: int, *, conditional: bool) -> Callable[[], World]:
    """Two users share a policy, so that each has many of its own whatever their number."""
    return lambda: one_account(statements * 4 * STATEMENTS_PER_POLICY, statements, conditional=conditional)


def measure(chosen: Sequence[Case], runs: int) -> list[Row]:
    """A row for each case; the ratio is to the smallest of what is varied."""
    worlds = [case.build() for case in chosen]
    decided = interleaved([_decisions(world) for world in worlds], runs)
    from_texts = interleaved([_from_texts(world) for world in worlds], runs)
    smallest: dict[str, float] = {}
    rows: list[Row] = []
    for case, world, seconds, with_parsing in zip(chosen, worlds, decided, from_texts, strict=True):
        count = len(world.questions)
        smallest.setdefault(case.varied, seconds)
        rows.append(
            {
                "varied": case.varied,
                "size": case.size,
                "statements": case.statements,
                "decide µs": seconds / count * 1e6,
                "to smallest": seconds / smallest[case.varied],
                "parse and decide µs": with_parsing / count * 1e6,
                "first decision µs": first_decision(world, runs) * 1e6,
                "allowed %": _allowed(world) * 100,
            }
        )
    return rows


def _decisions(world: World) -> Work:
    requests = [question.parse() for question in world.questions]
    snapshot = world.snapshot

    def work() -> None:
        for request in requests:
            evaluate(snapshot, request)

    return work


def _from_texts(world: World) -> Work:
    """What a question costs that no cache knows: it is read, then decided."""
    snapshot = world.snapshot
    texts = [(each.principal, each.action, each.resource, each.context) for each in world.questions]

    def work() -> None:
        for principal, action, resource, context in texts:
            evaluate(snapshot, parse_request(principal, action, resource, context))

    return work


def first_decision(world: World, runs: int) -> float:
    """Median seconds of a user's first decision after its account was replaced, compilation included."""
    requests = {question.principal: question.parse() for question in world.questions}
    seconds: list[float] = []
    for _ in range(runs):
        for request in requests.values():
            changed = _replaced(world.snapshot, request)
            start = time.perf_counter()
            evaluate(changed, request)
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _replaced(snapshot: Snapshot, request: Request) -> Snapshot:
    """Only the account that is asked, as if it had just been loaded."""
    account = snapshot.states[request.principal.account].account
    return Snapshot(snapshot.revision + 1, ShardedMap({account.uin: AccountState(account)}), Lease())


def _allowed(world: World) -> float:
    return statistics.mean(evaluate(world.snapshot, question.parse()).allowed for question in world.questions)


if __name__ == "__main__":
    engine_command()
