"""Collects the problems of a text by JSON path, and resolves the paths to lines and columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from authz.errors import Problem, Severity

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """The position of a value in its text; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed text: plain JSON values and the position of each.

    For an unknown path, `find` returns the position of the nearest enclosing value, such as
    the object that lacks a key.
    """

    value: Any
    find: Callable[[Path], Place]
    text_length: int = 0


class Refusal(Exception):  # noqa: N818 - it never leaves the language room, where a refusal is an ordinary outcome
    """An invalid element, raised where its position in the document is not yet known."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that knows its path but not yet its file and line."""

    code: str
    path: Path
    message: str
    severity: Severity


class Report:
    """The findings of one text, in the order of discovery."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def error(self, code: str, path: Path, message: str) -> None:
        """Add an error: the text is refused."""
        self.findings.append(Finding(code, path, message, Severity.ERROR))

    def warning(self, code: str, path: Path, message: str) -> None:
        """Add a warning: the text is accepted but most likely does not do what its author intends."""
        self.findings.append(Finding(code, path, message, Severity.WARNING))

    def note(self, code: str, path: Path, message: str) -> None:
        """Add a note: the text may be intended, but deserves a review."""
        self.findings.append(Finding(code, path, message, Severity.NOTE))

    def refuse(self, path: Path, refusal: Refusal) -> None:
        """Add an error for an invalid element at its path."""
        self.error(refusal.code, path, refusal.message)

    def problems(self, located: Located, file: str) -> tuple[Problem, ...]:
        """All findings with file, line and column."""
        return tuple(_placed(finding, located, file) for finding in self.findings)


def _placed(finding: Finding, located: Located, file: str) -> Problem:
    place = located.find(finding.path)
    return Problem(
        code=finding.code,
        message=finding.message,
        path=path_text(finding.path),
        file=file,
        line=place.line,
        column=place.column,
        severity=finding.severity,
    )


def path_text(path: Path) -> str:
    """A path as JSONPath writes it: `$.statement[0].action`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
