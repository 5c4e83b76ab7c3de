"""`authz bench alternatives`: the engine's way to find the deciding statement against others that were tried."""

from collections.abc import Sequence
from pathlib import Path

import click

from authz.cli.bench.engine_alternatives import ALTERNATIVES, Alternative, Decide
from authz.cli.bench.engine_world import World, one_account
from authz.cli.bench.table import Row, show
from authz.cli.bench.timing import Work, interleaved
from authz.engine.request import Request
from authz.errors import AuthzError


@click.command("alternatives")
@click.option("--runs", default=5, show_default=True, help="Of which the medians are shown.")
@click.option("--limit", default=1_000, show_default=True, help="The largest number of statements of one user.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there.")
def alternatives_command(*, runs: int, limit: int, json_file: Path | None) -> None:
    """Time each way on the same users and questions, after all answers were found equal."""
    rows = [row for size in (10, 100, 1_000) if size <= limit for row in measure(size, runs)]
    show(rows, json_file)


def measure(statements: int, runs: int) -> list[Row]:
    """A row for each way, for users of so many statements.

    Raises:
        AuthzError: if two ways answer differently.
    """
    world = one_account(statements * 4, statements)
    requests = [question.parse() for question in world.questions]
    asked = [_asked(find, world, requests) for find in ALTERNATIVES.values()]
    answers = [[way(request.action, request.resource) for way, request in each] for each in asked]
    for name, found in zip(ALTERNATIVES, answers, strict=True):
        if found != answers[0]:
            raise AuthzError(f"`{name}` answers differently")
    seconds = interleaved([_work(each) for each in asked], runs)
    return [
        {
            "way": name,
            "statements": statements,
            "µs a decision": each / len(requests) * 1e6,
            "to ours": each / seconds[0],
        }
        for name, each in zip(ALTERNATIVES, seconds, strict=True)
    ]


def _asked(find: Alternative, world: World, requests: Sequence[Request]) -> list[tuple[Decide, Request]]:
    """Each request with the function that answers for its user."""
    state = next(iter(world.snapshot.states.values()))
    ways = {who: find(state.plan(who).rules) for who in {request.principal for request in requests}}
    return [(ways[request.principal], request) for request in requests]


def _work(asked: Sequence[tuple[Decide, Request]]) -> Work:
    def work() -> None:
        for way, request in asked:
            way(request.action, request.resource)

    return work
