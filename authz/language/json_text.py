"""Strict JSON: duplicate keys, NaN, lone surrogates, NUL and absurd nesting are refused, with line and column.

The fast C parser reads every text; only a text with a problem is scanned again for the places of its values.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from authz.errors import MalformedTextError
from authz.language.report import Located, Path, Place, path_text

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_BLANKS = str.maketrans("", "", " \t\r\n")


def read_json(text: str) -> Located:
    """Parse `text` strictly.

    Raises:
        MalformedTextError: with the line and column of the fault.
    """
    value = _parse(text)
    if "\\u" in text or not _is_plain(text):
        try:
            _refuse_bad_characters(value, text)
        except RecursionError:
            raise MalformedTextError("not valid JSON: nested too deeply") from None

    @cache
    def places() -> dict[Path, int]:
        return _scan(text)

    return Located(value, lambda path: _nearest(places(), path, text), len(text.translate(_BLANKS)))


def _is_plain(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise MalformedTextError(f"not valid JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise MalformedTextError("not valid JSON: nested too deeply") from None
    except _DuplicateKeyError:
        raise _duplicate(text) from None
    except ValueError as error:  # digits beyond the interpreter's limit, or a constant that JSON does not know
        raise MalformedTextError(f"not valid JSON: {error}") from None


class _DuplicateKeyError(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not a JSON value")


def _duplicate(text: str) -> MalformedTextError:
    seen: set[Path] = set()
    for path, offset in _offsets(text):
        if path in seen:
            return MalformedTextError(f"duplicate key `{path[-1]}` at {path_text(path)}", *_place(text, offset))
        seen.add(path)
    return MalformedTextError("duplicate key")


def _refuse_bad_characters(value: Any, text: str) -> None:
    for string in _strings(value):
        if "\x00" in string or any("\ud800" <= char <= "\udfff" for char in string):
            shown = string.encode("ascii", "backslashreplace").decode()
            at = next((place for place, kept in _string_offsets(text) if kept == string), 0)
            raise MalformedTextError(f"`{shown}` holds NUL or half a surrogate pair", *_place(text, at))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _string_offsets(text: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), json.loads(match[0])) for match in _TOKEN.finditer(text) if match[0].startswith('"'))


def _scan(text: str) -> dict[Path, int]:
    return dict(_offsets(text))


@dataclass(slots=True)
class _Container:
    """An object or array that the scan is inside of."""

    path: Path
    slot: str | int
    is_object: bool
    expects_key: bool


def _offsets(text: str) -> Iterator[tuple[Path, int]]:
    """Path and offset of every value of a valid JSON text; an object's member stands where its key does."""
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


def _nearest(offsets: dict[Path, int], path: Path, text: str) -> Place:
    while path and path not in offsets:
        path = path[:-1]
    return Place(*_place(text, offsets.get(path, 0)))


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
