"""The command `authz bench engine`, which times decisions on the user's policies without server and cache."""

import statistics
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click

from authz.accounts.model import Account, Policy, User
from authz.catalog.catalog import load_catalog
from authz.cli.bench.table import Row, json_option, show
from authz.cli.source_argument import policy_directory
from authz.engine.evaluate import evaluate
from authz.engine.live import Engine
from authz.engine.request import Request, parse_request
from authz.engine.snapshot import Snapshot
from authz.errors import InvalidRequestError
from authz.language.action import ActionPattern
from authz.language.document import Statement
from authz.language.resource import ResourcePattern
from authz.sources.directory.source import DirectorySource

_ACTIONS = 3  # of each statement; actions of one statement cost about the same
_RESOURCES = 3
_STAND_IN = "1400000001"  # replaces the wildcards of a pattern


@click.command("engine")
@click.argument("source", callback=policy_directory, envvar="AUTHZ_BENCH_ENGINE_SOURCE")
@click.option("--runs", default=5, show_default=True, help="Rounds over all requests; the table shows medians.")
@click.option("--users", default=200, show_default=True, help="Maximum number of users per account.")
@json_option
def engine_command(*, source: Path, runs: int, users: int, json_file: Path | None) -> None:
    """Time decisions on requests made from the policies in SOURCE, for each user to whom they are attached."""
    directory = DirectorySource(source)
    accounts = [directory.load(key) for key in directory.inventory().keys]
    engine = Engine()
    engine.publish({account.uin: account for account in accounts}, (), 1)
    rows = [_measure(engine.live, account, users, runs) for account in accounts]
    if not rows:
        raise click.ClickException(f"{source}: no account found; expected {directory.name_of('')}")
    show(rows, json_file)


def _measure(snapshot: Snapshot, account: Account, users: int, runs: int) -> Row:
    requests = list(questions_of(account, users))
    first = [_seconds(snapshot, request) for request in requests]
    later = [[_seconds(snapshot, request) for request in requests] for _ in range(runs)]
    every = sorted(statistics.median(each) for each in zip(*later, strict=True)) or [0.0]
    return {
        "account": account.uin,
        "users": len(account.users),
        "policies": len(account.policies),
        "questions": len(requests),
        "allowed %": 100 * sum(evaluate(snapshot, each).allowed for each in requests) / max(len(requests), 1),
        "median µs": statistics.median(every) * 1e6,
        "p99 µs": every[min(int(0.99 * len(every)), len(every) - 1)] * 1e6,
        "slowest first µs": max(first, default=0.0) * 1e6,
    }


def _seconds(snapshot: Snapshot, request: Request) -> float:
    start = time.perf_counter()
    evaluate(snapshot, request)
    return time.perf_counter() - start


def questions_of(account: Account, users: int) -> Iterator[Request]:
    """A few requests for each statement of each of the first `users` users: actions and resources that it names."""
    for user in islice(account.users.values(), users):
        for policy in _held(user):
            for statement in policy.document.statements:
                yield from _asked(f"qcs::cam::uin/{account.uin}:uin/{user.uin}", statement)


def _held(user: User) -> Iterable[Policy]:
    yield from user.policies
    for group in user.groups:
        yield from group.policies


def _asked(principal: str, statement: Statement) -> Iterator[Request]:
    for action in islice((name for pattern in statement.actions for name in _actions(pattern)), _ACTIONS):
        for resource in islice(statement.resources, _RESOURCES):
            try:
                yield parse_request(principal, action, _example(resource), {}, time.time())
            except InvalidRequestError:  # the pattern contains variables
                continue


def _example(pattern: ResourcePattern) -> str:
    return "*" if pattern.is_any else pattern.text.replace("*", _STAND_IN)


def _actions(pattern: ActionPattern) -> Iterator[str]:
    known = (each for each in load_catalog().actions() if pattern.service.matches(each.service))
    found = [str(each) for each in known if pattern.name.matches(each.name.lower())]
    return iter(found or [pattern.text.removeprefix("name/").replace("*", "x")])
