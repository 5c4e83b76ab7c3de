"""Collects every problem of a text by JSON path, and turns paths into lines and columns at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from authz.errors import Problem, Severity

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Where a value stands in its text; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed text: plain JSON values, and where each of them stands.

    `find` answers for unknown paths with the nearest enclosing value, so that a missing key points at its object.
    """

    value: Any
    find: Callable[[Path], Place]
    text_length: int = 0


class Refusal(Exception):  # noqa: N818 - it never leaves the language room, where a refusal is an ordinary outcome
    """One element that is refused, before it is known where in the document it stands."""

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
    """The findings of one text, in the order in which they were met."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def error(self, code: str, path: Path, message: str) -> None:
        """Note a fault that refuses the text."""
        self.findings.append(Finding(code, path, message, Severity.ERROR))

    def warning(self, code: str, path: Path, message: str) -> None:
        """Note what is accepted but does not do what its author most likely wants."""
        self.findings.append(Finding(code, path, message, Severity.WARNING))

    def note(self, code: str, path: Path, message: str) -> None:
        """Note what may well be meant so, and is worth a second look."""
        self.findings.append(Finding(code, path, message, Severity.NOTE))

    def refuse(self, path: Path, refusal: Refusal) -> None:
        """Note a refused element at its path."""
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
