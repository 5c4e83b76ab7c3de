"""Strict reading of a case file: questions with their expected decisions, and each mistake with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from authz.engine.decision import Reason
from authz.errors import InvalidAccountError, MalformedTextError, Problem, SourceError
from authz.language.operators import read_date
from authz.language.report import Path as JsonPath
from authz.language.report import Report
from authz.sources.yaml_text import read_yaml

SUFFIX = ".test.yaml"
_FILE_KEYS = {"source", "tests"}
_CASE_KEYS = {"name", "principal", "action", "resource", "context", "time", "expect", "reason"}


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its expected answer; `time` is seconds since the epoch, None for now."""

    name: str
    line: int
    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    time: float | None
    is_allowed: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All cases of one file, and its policy directory if it names one."""

    path: Path
    source: Path | None
    cases: tuple[Case, ...]


def find_case_files(paths: tuple[Path, ...]) -> list[Path]:
    """The files given, and for directories every `*.test.yaml` below them, except in hidden folders.

    Raises:
        SourceError: if there is no such file.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(path.rglob(f"*{SUFFIX}"))
            found += [file for file in below if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        else:
            found.append(path)
    if not found:
        raise SourceError(f"no case file found: expected `*{SUFFIX}` below {', '.join(map(str, paths))}")
    return found


def read_case_file(path: Path) -> CaseFile:
    """Read one file.

    Raises:
        InvalidAccountError: with every mistake of the file.
    """
    try:
        located = read_yaml(path.read_text(encoding="utf-8"))
    except MalformedTextError as error:
        raise InvalidAccountError([Problem("InvalidYaml", str(error), file=str(path), line=error.line)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem("InvalidEncoding", "the file is not valid UTF-8; save it as UTF-8", file=str(path), line=line)
        raise InvalidAccountError([problem]) from None
    except OSError as error:
        reason = error.strerror or "the file cannot be read"
        raise InvalidAccountError([Problem("UnreadableFile", reason, file=str(path), line=1)]) from None
    report = Report()
    reader = _Reader(report, lambda where: located.find(where).line)
    file = reader.file(located.value, path)
    if report.findings:
        raise InvalidAccountError(report.problems(located, str(path)))
    return file


class _Reader:
    """Makes cases from parsed YAML and reports every mistake."""

    def __init__(self, report: Report, line: Any) -> None:
        self._report = report
        self._line = line

    def file(self, value: Any, path: Path) -> CaseFile:
        if not isinstance(value, dict):
            self._error((), "expected an object with `tests`")
            return CaseFile(path, None, ())
        self._known(value, _FILE_KEYS, ())
        entries = value.get("tests")
        if not isinstance(entries, list) or not entries:
            self._error(("tests",), "`tests` must be a list of at least one case")
            entries = []
        source = value.get("source")
        cases = tuple(case for at, entry in enumerate(entries) for case in self._cases(entry, ("tests", at)))
        return CaseFile(path, path.parent / str(source) if source else None, cases)

    def _cases(self, entry: Any, path: JsonPath) -> list[Case]:
        """One case for each combination of the listed principals, actions and resources."""
        if not isinstance(entry, dict):
            self._error(path, "expected an object")
            return []
        self._known(entry, _CASE_KEYS, path)
        axes = [self._texts(entry, key, path) for key in ("principal", "action", "resource")]
        expect, context = entry.get("expect"), self._context(entry.get("context"), (*path, "context"))
        if expect not in ("allow", "deny"):
            self._error((*path, "expect"), "`expect` must be `allow` or `deny`")
        reason, time = self._reason(entry, path), self._time(entry, path)
        return [
            Case(
                name=str(entry.get("name") or f"{action} on {resource} by {principal}"),
                line=self._line(path),
                principal=principal,
                action=action,
                resource=resource,
                context=context,
                time=time,
                is_allowed=expect == "allow",
                reason=reason,
            )
            for principal, action, resource in product(*axes)
        ]

    def _texts(self, entry: dict[str, Any], key: str, path: JsonPath) -> list[str]:
        given = entry.get(key, "*" if key == "resource" else None)
        texts = given if isinstance(given, list) else [given]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            self._error((*path, key), f"`{key}` must be a non-empty string or a list of them")
            return []
        return [str(text) for text in texts]

    def _context(self, given: Any, path: JsonPath) -> Mapping[str, tuple[str, ...]]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._error(path, "`context` must be an object of condition keys")
            return {}
        return {key: self._values(value, (*path, key)) for key, value in given.items()}

    def _values(self, given: Any, path: JsonPath) -> tuple[str, ...]:
        items = given if isinstance(given, list) else [given]
        if not all(isinstance(item, str | int) for item in items):
            self._error(path, f"`{path[-1]}` must be a string, a number, `true` or `false`, or a list of these")
            return ()
        return tuple(map(_text, items))

    def _reason(self, entry: dict[str, Any], path: JsonPath) -> Reason | None:
        given = entry.get("reason")
        if given is None or given in Reason.__members__:
            return None if given is None else Reason[given]
        self._error((*path, "reason"), f"`reason` must be one of {', '.join(Reason.__members__)}")
        return None

    def _time(self, entry: dict[str, Any], path: JsonPath) -> float | None:
        if entry.get("time") is None:
            return None
        try:
            return read_date(str(entry["time"])).timestamp()
        except ValueError as error:
            self._error((*path, "time"), str(error))
            return None

    def _known(self, value: dict[str, Any], known: set[str], path: JsonPath) -> None:
        for key in value:
            if key not in known:
                self._error((*path, key), f"unknown key `{key}`; expected one of {', '.join(sorted(known))}")

    def _error(self, path: JsonPath, message: str) -> None:
        self._report.error("InvalidCase", path, message)


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
