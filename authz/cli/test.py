"""The command `authz test`, which runs the test cases that users write for their policies."""

from pathlib import Path

import click

from authz.cli.failure import show_failure
from authz.cli.policy_tests.case_file import CaseFile, find_case_files, read_case_file
from authz.cli.policy_tests.junit import write_junit
from authz.cli.policy_tests.runner import Result, Runner
from authz.cli.source_argument import policy_directory
from authz.errors import AuthzError
from authz.printable import json_text, printable

_FAILED, _UNREADABLE = 1, 2
FileResults = list[tuple[Path, list[Result]]]


@click.command("test")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--source", metavar="DIRECTORY", callback=policy_directory, help="Policy directory for case files without `source`."
)
@click.option(
    "--min-coverage", type=click.FloatRange(0, 100), default=0.0, help="Fail if coverage is below this percentage."
)
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write the results to this file as JUnit XML."
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as one JSON object.")
@click.pass_context
def test_command(
    ctx: click.Context,
    *,
    paths: tuple[Path, ...],
    source: Path | None,
    min_coverage: float,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Run the case files PATHS; for a directory, every *.test.yaml file below it.

    Exit status: 0 all cases passed, 1 a case failed or coverage is too low, 2 a file cannot be read.
    """
    runners: dict[Path, Runner] = {}
    try:
        files = [read_case_file(path) for path in find_case_files(paths)]
        results: FileResults = [(file.path, _run(file, source, runners)) for file in files]
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_UNREADABLE)
    if junit is not None:
        write_junit(junit, results)
    _print_json(results, runners) if as_json else _print(results, runners)
    is_failed = any(not result.is_passed for _, found in results for result in found)
    is_thin = any(runner.coverage.percent < min_coverage for runner in runners.values())
    ctx.exit(_FAILED if is_failed or is_thin else 0)


def _run(file: CaseFile, source: Path | None, runners: dict[Path, Runner]) -> list[Result]:
    where = file.source or source
    if where is None:
        raise AuthzError(f"{file.path}: no policy directory; expected `source` in the file, or --source")
    key = where.resolve()
    if key not in runners:
        runners[key] = Runner(where)
    return [runners[key].run(case) for case in file.cases]


def _print(results: FileResults, runners: dict[Path, Runner]) -> None:
    for path, found in results:
        for result in found:
            if not result.is_passed:
                place = printable(f"{path}:{result.case.line}")
                failure = printable(f"{result.case.name}: {result.why}")
                click.echo(f"{place}: {click.style('FAILED', fg='red')} {failure}")
    cases = [result for _, found in results for result in found]
    passed = sum(result.is_passed for result in cases)
    click.echo(f"{passed} passed, {len(cases) - passed} failed")
    for runner in runners.values():
        coverage = runner.coverage
        total = len(coverage.statements)
        click.echo(f"coverage: {total - len(coverage.missing)} of {total} statements ({coverage.percent:.0f} %)")
        for ref in coverage.missing:
            place = printable(f"policy {ref.policy}, attached to {ref.attached_to}")
            click.echo(f"  no case exercised statement {ref.index} of {place}")


def _print_json(results: FileResults, runners: dict[Path, Runner]) -> None:
    cases = [
        {
            "file": str(path),
            "line": result.case.line,
            "name": result.case.name,
            "passed": result.is_passed,
            "why": result.why,
        }
        for path, found in results
        for result in found
    ]
    coverage = [
        {
            "source": str(source),
            "percent": runner.coverage.percent,
            "missing": [f"{ref.attached_to}: {ref.policy}[{ref.index}]" for ref in runner.coverage.missing],
        }
        for source, runner in runners.items()
    ]
    click.echo(json_text({"cases": cases, "coverage": coverage}))
