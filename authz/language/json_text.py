"""Parses JSON strictly: duplicate keys, NaN, lone surrogates, NUL and deep nesting are errors with line and column.

The C parser reads every text; a text with a problem is scanned again to locate its values.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from authz.errors import MalformedTextError
from authz.language.json_fault import find_json_fault
from authz.language.report import Located, Path, Place, path_text

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_MAX_DEPTH = 50  # nested objects and arrays: a policy has six
_MAX_DIGITS = 1000


def read_json(text: str) -> Located:
    """Parse `text` strictly.

    Raises:
        MalformedTextError: with the line and column of the fault.
    """
    value = _parse(text)
    if text.count("{") + text.count("[") > _MAX_DEPTH and _depth_exceeds(value, _MAX_DEPTH):
        raise _too_deep(text)
    if "\\u" in text or not _is_plain(text):
        _refuse_bad_characters(value, text)
    length = len(text) - text.count(" ") - text.count("\n") - text.count("\t") - text.count("\r")
    return Located(value, _Places(text).find, length)


class _Places:
    """The positions of the values of a text, which is scanned for them when the first one is asked for."""

    __slots__ = ("_scanned", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._scanned: tuple[dict[Path, int], list[int]] | None = None

    def find(self, path: Path) -> Place:
        if self._scanned is None:
            lines = [match.end() for match in re.finditer("\n", self._text)]
            self._scanned = dict(_offsets(self._text)), lines
        return _nearest(*self._scanned, path)


def _is_plain(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _parse(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        offset, cause = find_json_fault(text) or (error.pos, error.msg)
        raise MalformedTextError(f"not valid JSON: {cause}", *_place(text, offset)) from None
    except RecursionError:
        raise _too_deep(text) from None
    except _DuplicateKeyError:
        raise _duplicate(text) from None
    except _BadTokenError as error:
        at = next((match.start() for match in _TOKEN.finditer(text) if match[0] == error.token), 0)
        raise MalformedTextError(str(error), *_place(text, at)) from None


def _depth_exceeds(value: Any, limit: int) -> bool:
    """Whether objects and arrays are nested more than `limit` deep; level by level, without recursion."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _too_deep(text: str) -> MalformedTextError:
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += (match[0] in "{[") - (match[0] in "}]")
        if depth > _MAX_DEPTH:
            return MalformedTextError("not valid JSON: nested too deeply", *_place(text, match.start()))
    return MalformedTextError("not valid JSON: nested too deeply")


class _BadTokenError(Exception):
    """A number or constant that is refused, as written in the text."""

    def __init__(self, token: str, message: str) -> None:
        super().__init__(f"not valid JSON: {message}")
        self.token = token


class _DuplicateKeyError(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _no_constant(name: str) -> Any:
    raise _BadTokenError(name, f"`{name}` is not a JSON value")


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _BadTokenError(text, f"`{text[:20]}…` has more than {_MAX_DIGITS} digits")
    return int(text)


def _number(text: str) -> float:
    number = float(text) if len(text) <= _MAX_DIGITS else math.inf
    if math.isinf(number):
        raise _BadTokenError(text, f"`{text[:20]}` is too large for a number")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
)


def _duplicate(text: str) -> MalformedTextError:
    seen: set[Path] = set()
    for path, offset in _offsets(text):
        if path in seen:
            message = f"duplicate key `{path[-1]}` at {path_text(path)}; keep one of them"
            return MalformedTextError(message, *_place(text, offset))
        seen.add(path)
    return MalformedTextError("duplicate key")


def _refuse_bad_characters(value: Any, text: str) -> None:
    for string in _strings(value):
        if "\x00" in string or any("\ud800" <= char <= "\udfff" for char in string):
            shown = string.encode("ascii", "backslashreplace").decode()
            at = next((place for place, kept in _string_offsets(text) if kept == string), 0)
            raise MalformedTextError(f"`{shown}` contains NUL or half a surrogate pair", *_place(text, at))


def _strings(value: Any) -> Iterator[str]:
    """All keys and strings in the order of the text, without recursion."""
    rest = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            rest.extend(part for member in reversed(each.items()) for part in reversed(member))
        elif isinstance(each, list):
            rest.extend(reversed(each))


def _string_offsets(text: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), json.loads(match[0])) for match in _TOKEN.finditer(text) if match[0].startswith('"'))


@dataclass(slots=True)
class _Container:
    """An object or array that encloses the scan's position."""

    path: Path
    slot: str | int
    is_object: bool
    expects_key: bool


def _offsets(text: str) -> Iterator[tuple[Path, int]]:
    """Path and offset of every value of a valid JSON text; the offset of an object's member is that of its key."""
    stack: list[_Container] = []
    for match in _TOKEN.finditer(text):
        sign = match[0]
        top = stack[-1] if stack else None
        if sign in ("}", "]"):
            stack.pop()
        elif sign == ":":
            _expect_key(top, expects=False)
        elif sign == ",":
            _next_slot(top)
        elif top is not None and top.expects_key:
            top.slot = json.loads(sign)
            yield (*top.path, top.slot), match.start()
        else:
            path = () if top is None else (*top.path, top.slot)
            if top is None or not top.is_object:
                yield path, match.start()
            if len(stack) > _MAX_DEPTH:
                raise _too_deep(text)
            if sign == "{":
                stack.append(_Container(path, "", is_object=True, expects_key=True))
            elif sign == "[":
                stack.append(_Container(path, 0, is_object=False, expects_key=False))


def _expect_key(container: _Container | None, *, expects: bool) -> None:
    if container is not None:
        container.expects_key = expects


def _next_slot(container: _Container | None) -> None:
    if container is None:
        return
    if isinstance(container.slot, int):
        container.slot += 1
    else:
        container.expects_key = True


def _nearest(offsets: dict[Path, int], line_starts: list[int], path: Path) -> Place:
    while path and path not in offsets:
        path = path[:-1]
    offset = offsets.get(path, 0)
    line = bisect_right(line_starts, offset)
    return Place(line + 1, offset - (line_starts[line - 1] if line else 0) + 1)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
