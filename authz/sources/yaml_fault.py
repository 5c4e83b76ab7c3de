"""Explains why a text is not YAML: the place, the cause, and what to write instead."""

import re
from typing import Any, NamedTuple

import yaml

from authz.language.report import Place

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_BLANK = re.compile(r"\s*(?:- )*[\w./-]+[:\uff1a]\S*\s*")
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as the parser counts lines
_CLOSERS = {"{": "}", "[": "]"}


class YamlFault(NamedTuple):
    """What is wrong at a place of a text."""

    place: Place
    message: str


def describe_yaml_fault(text: str, error: yaml.YAMLError) -> YamlFault:
    """The cause of the parser's error, and its place."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return YamlFault(Place(1, 1), str(error.problem)) if mark is None else _marked(_BREAKS.split(text), error, mark)
    bad = _UNPRINTABLE.search(text)
    if bad is None:
        return YamlFault(Place(1, 1), str(error).split("\n", 1)[0])
    before = text[: bad.start()]
    place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
    return YamlFault(place, f"the character U+{ord(bad[0]):04X} is not allowed; delete it")


def _marked(lines: list[str], error: yaml.MarkedYAMLError, mark: Any) -> YamlFault:
    line = lines[mark.line] if mark.line < len(lines) else ""
    blanks = line[: len(line) - len(line.lstrip())]
    char = _char(lines, mark)
    if "\t" in blanks or char == "\t":
        column = mark.column if char == "\t" else blanks.index("\t")
        return YamlFault(Place(mark.line + 1, column + 1), "YAML does not allow a tab here; write blanks instead")
    context = error.context_mark
    if context is not None and "quoted scalar" in str(error.context) and "escape" not in str(error.problem):
        quote = _char(lines, context)
        return YamlFault(
            Place(context.line + 1, context.column + 1), f"expected a closing `{quote}` for the string that begins here"
        )
    return YamlFault(Place(mark.line + 1, mark.column + 1), _cause(lines, error, mark, char))


def _cause(lines: list[str], error: yaml.MarkedYAMLError, mark: Any, char: str) -> str:
    problem, where = str(error.problem), str(error.context)
    if "mapping values are not allowed" in problem:
        return _misplaced_colon(lines, mark.line)
    if "flow" in where:
        return _open_bracket(lines, error.context_mark, char)
    if "escape" in problem:
        return "this is not a YAML escape; write a backslash as `\\\\`, or the string in single quotes"
    if "alias" in where or "anchor" in where:
        return 'a string that begins with `*` or `&` must be in quotes; write `"*"`'
    return _out_of_place(problem, error.context_mark, char)


def _out_of_place(problem: str, start: Any, char: str) -> str:
    if "cannot start any token" in problem:
        return f"a string that begins with `{char}` must be in quotes"
    if char and char in "]}":
        return f"this `{char}` closes nothing; delete it"
    if "expected" in problem and start is not None:
        return f"entries of the list or object of line {start.line + 1} begin in another column; indent this like them"
    return problem


def _misplaced_colon(lines: list[str], at: int) -> str:
    before = next((number for number in range(at - 1, -1, -1) if lines[number].strip()), None)
    if before is not None and _NO_BLANK.fullmatch(lines[before]) and not lines[before].rstrip().endswith(":"):
        return f"expected `: ` after the key in line {before + 1}; write a `:` and a blank"
    return "a key is not allowed here; indent keys of one object alike, and put a string that contains `: ` in quotes"


def _open_bracket(lines: list[str], opener: Any, char: str) -> str:
    bracket = "" if opener is None else _char(lines, opener)
    if bracket not in _CLOSERS:
        return "a bracket is not closed"
    if char and char in "]}":
        return (
            f"the `{bracket}` of line {opener.line + 1} is not closed; write `{_CLOSERS[bracket]}` instead of `{char}`"
        )
    return f"expected a `,` before this, or the `{_CLOSERS[bracket]}` for the `{bracket}` of line {opener.line + 1}"


def _char(lines: list[str], mark: Any) -> str:
    """The character at a mark; empty at the end of a line or of the text."""
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
