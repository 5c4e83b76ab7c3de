"""Pages of lists, as CAM numbers them: `Rp` rows a page, `Page` from 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from authz.control.errors import param_error
from authz.control.results import Page

T = TypeVar("T")

LARGEST_PAGE = 200
"""The most rows of a page, and the largest number of a page of ListPolicies."""


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of a list that a page shows: how many are skipped, and how many are shown."""

    offset: int
    limit: int

    @property
    def end(self) -> int:
        """The first row after it."""
        return self.offset + self.limit

    def of(self, rows: Sequence[T]) -> Page[T]:
        """The page of a list that is known as a whole."""
        return Page(len(rows), tuple(rows[self.offset : self.end]))


def window(rp: int, page: int, largest_page: int | None = None) -> Window:
    """The window of a page.

    Raises:
        ControlError: ParamError, naming the field that is out of range.
    """
    if not 1 <= rp <= LARGEST_PAGE:
        raise param_error(f"`Rp` must be 1 to {LARGEST_PAGE}, not {rp}")
    if page < 1 or (largest_page is not None and page > largest_page):
        most = "" if largest_page is None else f" to {largest_page}"
        raise param_error(f"`Page` must be 1{most or ' or more'}, not {page}")
    return Window((page - 1) * rp, rp)
