"""`authz validate`: every problem of a source, with its place."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from authz.cli.source_argument import policy_directory
from authz.errors import InvalidAccountError, Problem, Severity, SourceError
from authz.sources.candidate import Candidate
from authz.sources.directory import DirectorySource

_FINDINGS, _UNREADABLE = 1, 2
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@click.command("validate")
@click.argument("source", callback=policy_directory, envvar="AUTHZ_VALIDATE_SOURCE")
@click.option("--strict", is_flag=True, help="Count notes as findings too.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@click.pass_context
def validate_command(ctx: click.Context, *, source: Path, strict: bool, as_json: bool) -> None:
    """Read everything under SOURCE and print each problem as `file:line: code: message`.

    Exit status: 0 clean, 1 findings, 2 cannot read.
    """
    try:
        accounts, problems = _validate(DirectorySource(source))
    except SourceError as error:
        click.echo(f"authz: {error}", err=True)
        ctx.exit(_UNREADABLE)
    if as_json:
        findings = [asdict(problem) | {"severity": problem.severity.value} for problem in problems]
        click.echo(json.dumps({"accounts": accounts, "findings": findings}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(click.style(str(problem), fg=_COLOURS[problem.severity]))
        click.echo(f"{accounts} accounts, {len(problems)} findings")
    counted = [problem for problem in problems if strict or problem.severity is not Severity.NOTE]
    ctx.exit(_FINDINGS if counted else 0)


def _validate(source: DirectorySource) -> tuple[int, list[Problem]]:
    look = source.look()
    if not look.accounts:
        raise SourceError(f"no account found: expected {source.missing('')}")
    candidate = Candidate()
    for key in look.accounts:
        try:
            candidate.good[key] = source.load(key)
        except InvalidAccountError as error:
            candidate.refused[key] = error.problems
    candidate.refuse_shared_uins({}, {key: source.missing(key) for key in look.accounts})
    return len(look.accounts), [problem for key in look.accounts for problem in candidate.refused.get(key, ())]
