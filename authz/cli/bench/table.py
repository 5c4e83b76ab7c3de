"""Output of measurements as an aligned table, and as JSON."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

Row = dict[str, str | int | float]
Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """The option `--json`, which every benchmark has."""
    file = click.Path(path_type=Path, dir_okay=False)
    return click.option("--json", "json_file", type=file, help="Also write the figures to this file as JSON.")(command)


def show(rows: Sequence[Row], json_file: Path | None) -> None:
    """Print the rows with the columns of the first, and write them to `json_file` unless it is None."""
    columns = list(rows[0])
    cells = [columns, *([_text(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        click.echo("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    if json_file is not None:
        json_file.write_text(json.dumps(list(rows), indent=2) + "\n")


def _text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() or value >= 100 else f"{value:,.3g}"
