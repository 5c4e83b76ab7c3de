"""Tables and pages for people: columns that stay aligned in every script."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from unicodedata import combining, east_asian_width

import click

from authz.control.results import Page
from authz.printable import printable

T = TypeVar("T")
_AT_ONCE = 200


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table; `none` if there are no rows."""
    cells = [[printable(str(each)) for each in row] for row in rows]
    if not cells:
        yield "none"
        return
    widths = [max(_width(line[at]) for line in [list(columns), *cells]) for at in range(len(columns))]
    yield click.style(_line(columns, widths), bold=True)
    for line in cells:
        yield _line(line, widths)


def fields(pairs: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Lines of names and values; empty values are left out."""
    shown = [(name, printable(str(value))) for name, value in pairs if value not in ("", None, ())]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        yield f"{name + ':':<{width + 1}} {value}"


def all_rows(page_of: Callable[[int, int], Page[T]]) -> tuple[T, ...]:
    """All rows of a list that is read by pages: `page_of` takes the number of a page and the rows of one."""
    first = page_of(1, _AT_ONCE)
    pages = range(2, -(-first.total // _AT_ONCE) + 1)
    return (*first.rows, *(row for number in pages for row in page_of(number, _AT_ONCE).rows))


def yes_no(flag: object) -> str:
    """A flag in a table."""
    return "yes" if flag else "no"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
