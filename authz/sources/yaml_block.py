"""The part of YAML that most files are written in, read line by line, at a fraction of what libyaml's events cost.

That is: lists and objects with a line to each entry, keys and texts without a surprise, lists in brackets on one line,
comments. Anything else is left to libyaml, which also decides whether it is YAML at all.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

MAX_DEPTH = 50
"""Of lists and objects in one another."""
NOT_BLOCK = object()
"""Stands for what is not read here."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_START = "---\n"
_NOTHING: tuple[int, Any] = (-1, None)
_LINES_AT_ONCE = 32  # some 0.1 ms

# A plain text begins like no other part of YAML, and holds no comma, no `#`, and no `: `, which could end it. None of
# these has characters that YAML calls unprintable, or backslashes where they mean something.
_PLAIN = r"\w(?:[ ]*:*[\w./@+=*()-])*"
_QUOTED = r"'[ -&(-~\w]*'|\"[ !#-\[\]-~\w]*\""
_ITEM = rf"(?:\w[\w./@+=*()-]*|{_QUOTED})"
_LINE = re.compile(
    rf"""
    ([ ]*) (-[ ]+)? (?:([A-Za-z_][A-Za-z0-9_-]{{0,99}}):(?:[ ]+|$))?
    (?: ({_PLAIN}) | ({_QUOTED}) | \[[ ]*((?:{_ITEM}(?:,[ ]*{_ITEM})*)?)[ ]*\] )?
    [ ]* (?:(?<![^ ])\#[ -~\w]*)?
    """,
    re.VERBOSE,
)
_ITEMS = re.compile(_ITEM)


class _Line(NamedTuple):
    """What one line says: where it begins, the width of its `- ` (0 without), its key, and its value or NOT_BLOCK."""

    column: int
    dash: int
    key: str | None
    value: Any


_BLANK = _Line(0, 0, None, NOT_BLOCK)  # or a comment


class _NotBlockError(Exception):
    """The text uses more of YAML than is read here."""


def plain_value(text: str) -> Any:
    """What JSON makes of a text without quotes, a text otherwise."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def read_block(text: str, pause: Callable[[], None] | None = None) -> Any:
    """The value of a document, or NOT_BLOCK. `pause` is called between small pieces of work."""
    reading = _Reading()
    known: dict[str, _Line] = {}  # about half of the lines of a file are repeated
    try:
        for count, text_line in enumerate(text.removeprefix(_START).split("\n")):
            if pause is not None and count % _LINES_AT_ONCE == 0:
                pause()
            line = known.get(text_line)
            if line is None:
                line = known[text_line] = _read_line(text_line)
            if line is not _BLANK:
                reading.take(*line)
    except _NotBlockError:
        return NOT_BLOCK
    return reading.root


def _read_line(text: str) -> _Line:
    match = _LINE.fullmatch(text)
    if match is None:
        raise _NotBlockError
    indent, dash, key, plain, quoted, items = match.groups()
    value = NOT_BLOCK
    if plain is not None:
        value = plain_value(plain)
    elif quoted is not None:
        value = quoted[1:-1]
    elif items is not None:
        value = [each[1:-1] if each[0] in "'\"" else plain_value(each) for each in _ITEMS.findall(items)]
    elif dash is None and key is None:
        return _BLANK
    return _Line(len(indent), len(dash or ""), key, value)


class _Reading:
    """Takes line by line; `root` is the value. A list or object is open as long as a line may add to it."""

    def __init__(self) -> None:
        self.root: Any = NOT_BLOCK
        self._open: list[tuple[int, Any]] = []  # with the columns where their entries begin
        self._waiting: tuple[int, dict[str, Any], str] | None = None  # the member whose value may follow below it

    def take(self, column: int, dash: int, key: str | None, value: Any) -> None:
        is_list = dash > 0
        if type(value) is list:
            value = value.copy()  # the line may be repeated
        if self._waiting is not None or self.root is NOT_BLOCK:
            self._open_below(column, is_list=is_list)
        at, top = self._open[-1] if self._open else _NOTHING
        if at != column or isinstance(top, list) is not is_list:
            top = self._reached(column, is_list=is_list)
        if not is_list:
            self._put(top, key, value, column)
        elif key is not None:
            column += dash
            entry: dict[str, Any] = self._begin({}, column)
            top.append(entry)
            self._put(entry, key, value, column)
        elif value is NOT_BLOCK:
            raise _NotBlockError
        else:
            top.append(value)

    def _open_below(self, column: int, *, is_list: bool) -> None:
        """A line whose entries are deeper than the member before it is that member's value, which else is null."""
        if self.root is NOT_BLOCK and column == 0:
            self.root = self._begin([] if is_list else {}, 0)
        elif self._waiting is not None:
            at, owner, name = self._waiting
            if column > at or (is_list and column == at):
                owner[name] = self._begin([] if is_list else {}, column)
        self._waiting = None

    def _begin(self, container: Any, column: int) -> Any:
        if len(self._open) >= MAX_DEPTH - 1:  # a list in brackets may be in it
            raise _NotBlockError
        self._open.append((column, container))
        return container

    def _reached(self, column: int, *, is_list: bool) -> Any:
        """What is open at this column, to which a line there adds; what is deeper has ended."""
        opened = self._open
        while opened and opened[-1][0] > column:
            opened.pop()
        if not is_list and len(opened) > 1 and isinstance(opened[-1][1], list) and opened[-1][0] == column:
            opened.pop()  # the list of a member may be in the column of its key
        if not opened or opened[-1][0] != column or isinstance(opened[-1][1], list) is not is_list:
            raise _NotBlockError
        return opened[-1][1]

    def _put(self, owner: dict[str, Any], key: str | None, value: Any, column: int) -> None:
        if key is None or key in owner:
            raise _NotBlockError
        if value is NOT_BLOCK:
            value = None
            self._waiting = column, owner, key
        owner[key] = value
