"""The command `authz validate`, which prints every error, warning and note on a source with its place."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from authz.accounts.model import Account
from authz.cli.failure import show_failure
from authz.cli.source_argument import source_address
from authz.errors import InvalidAccountError, Problem, Severity, SourceError
from authz.lint.account import lint_account
from authz.lint.names import NOT_CHECKED
from authz.printable import json_text
from authz.sources.directory.files import ATTACHMENTS
from authz.sources.directory.source import DirectorySource
from authz.sources.opening import SourceAddress, database_driver
from authz.sources.reconcile import InForce, reconcile
from authz.sources.source import Update
from authz.store.url import DatabaseUrl

_FINDINGS, _UNREADABLE = 1, 2
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@click.command("validate")
@click.argument("source", callback=source_address, envvar="AUTHZ_VALIDATE_SOURCE")
@click.option("--strict", is_flag=True, help="Count notes as findings, except notes on unknown services and actions.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@click.pass_context
def validate_command(ctx: click.Context, *, source: SourceAddress, strict: bool, as_json: bool) -> None:
    """Read everything under SOURCE and print each problem as `file:line: code: message`.

    An account with errors is rejected; warnings and notes (`Lint.…`) do not reject it. Exit status: 0 clean or notes
    only, 1 findings, 2 the source cannot be read. Notes on services and actions that the catalog does not know never
    count as findings, even with --strict.
    """
    try:
        if isinstance(source, Path):
            accounts, problems = _validate(DirectorySource(source))
        else:
            accounts, problems = _validate_database(source)
    except SourceError as error:
        show_failure(error)
        ctx.exit(_UNREADABLE)
    _print(accounts, problems, as_json=as_json)
    ctx.exit(_FINDINGS if any(_counts(problem, strict=strict) for problem in problems) else 0)


def _counts(problem: Problem, *, strict: bool) -> bool:
    return problem.severity is not Severity.NOTE or (strict and problem.code not in NOT_CHECKED)


def _print(accounts: int, problems: Sequence[Problem], *, as_json: bool) -> None:
    totals = Counter(problem.severity for problem in problems)
    if as_json:
        counts = {f"{severity.value}s": totals[severity] for severity in Severity}
        findings = [asdict(problem) | {"severity": problem.severity.value} for problem in problems]
        click.echo(json_text({"accounts": accounts, **counts, "findings": findings}, indent=2))
        return
    for problem in problems:
        click.echo(
            click.style(str(problem), fg=_COLOURS[problem.severity])
        )  # `echo` removes colours unless it is a terminal
    figures = (_counted(totals[severity], severity.value) for severity in Severity)
    click.echo(", ".join((_counted(accounts, "account"), *figures)))


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _validate(source: DirectorySource) -> tuple[int, list[Problem]]:
    found = source.inventory()
    if not found.keys:
        raise SourceError(f"no account found: expected {source.name_of('')}")
    good: dict[str, Account] = {}
    rejected: dict[str, Sequence[Problem]] = {}
    for key in found.keys:
        try:
            good[key] = source.load(key)
        except InvalidAccountError as error:
            rejected[key] = error.problems
    rejected.update(reconcile(InForce(), Update(changed=good), source.name_of).collisions)
    problems = [_unreadable_entry(problem) for _, problem in sorted(found.problems.items())]
    problems += [_without_attachments(source, key) for key in found.bare]
    for key in found.keys:
        problems += _in_order([*rejected.get(key, ()), *_lint(source, key)])
    return len(found.keys), problems


def _validate_database(url: DatabaseUrl) -> tuple[int, list[Problem]]:
    with database_driver():
        from authz.sources.database.state import find_problems  # noqa: PLC0415 - a directory needs no driver

    found = list(find_problems(url))
    if not found:
        raise SourceError(f"no account found in {url}")
    return len(found), [problem for account in found for problem in _in_order(account.problems)]


def _lint(source: DirectorySource, key: str) -> tuple[Problem, ...]:
    texts = source.texts(key)
    return lint_account(texts.attachments[0] if texts.attachments else None, texts.policies)


def _unreadable_entry(problem: Problem) -> Problem:
    message = f"{problem.message}, so it is unclear whether it is an account, and it is ignored"
    return replace(problem, code="Lint.UnreadableEntry", message=message, severity=Severity.WARNING)


def _without_attachments(source: DirectorySource, key: str) -> Problem:
    message = f"`{key}` contains policies but no {' or '.join(ATTACHMENTS)}, so it is not an account and is ignored"
    return Problem("Lint.NoAttachments", message, file=source.name_of(key), line=1, severity=Severity.WARNING)


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """The problems of one account: the attachments file first, in each file the errors first, then by place."""
    return sorted(
        problems,
        key=lambda each: (
            Path(each.file).name not in ATTACHMENTS,
            each.file,
            _RANKS[each.severity],
            each.line,
            each.column,
        ),
    )
