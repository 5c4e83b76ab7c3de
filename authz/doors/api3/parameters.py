"""Reads the parameters of a request: a JSON body, a form, or a query string with flat names such as `Tags.0.Key`."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from authz.doors.api3.errors import ApiError
from authz.errors import MalformedTextError
from authz.language.json_text import read_json

MOST_PARAMETERS = 5000
"""The most parameters of a form or query string."""
_DEPTH = 8


def from_json(body: bytes) -> dict[str, Any]:
    """The parameters of a JSON body; an empty one has none.

    Raises:
        ApiError: InvalidParameter, if it is not a JSON object in UTF-8, or repeats a name.
    """
    try:
        value = read_json(body.decode() or "{}").value
    except UnicodeDecodeError:
        raise ApiError("InvalidParameter", "the body is not UTF-8") from None
    except MalformedTextError as error:
        raise ApiError("InvalidParameter", f"the body is not JSON: line {error.line}: {error}") from None
    if not isinstance(value, dict):
        raise ApiError("InvalidParameter", "the body is not a JSON object")
    return value


def flat(text: str) -> list[tuple[str, str]]:
    """The names and values of a form or query string, decoded.

    Raises:
        ApiError: InvalidParameter, if it is malformed, repeats a name or has too many.
    """
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:  # UnicodeDecodeError is one too
        message = f"the parameters are malformed; expected `name=value&…` in UTF-8, at most {MOST_PARAMETERS}"
        raise ApiError("InvalidParameter", message) from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise ApiError("InvalidParameter", "a parameter is given twice")
    return pairs


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of flat names: `A.0.B` is field B of the first item of list A.

    Raises:
        ApiError: InvalidParameter, for names that contradict each other, or lists with gaps.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        parts = name.split(".")
        if len(parts) > _DEPTH or not all(parts):
            raise _malformed(name)
        place = root
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise _malformed(name)
        if parts[-1] in place:
            raise _malformed(name)
        place[parts[-1]] = value
    return {name: _with_lists(value, name) for name, value in root.items()}


def _with_lists(value: Any, place: str) -> Any:
    """The value, in which objects whose names are numbers are lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each, f"{place}.{name}") for name, each in value.items()}
    if not all(name.isdecimal() and name.isascii() for name in inner):
        return inner
    try:
        return [inner[str(index)] for index in range(len(inner))]
    except KeyError as error:
        raise ApiError("InvalidParameter", f"`{place}.{error.args[0]}` is missing from its list") from None


def _malformed(name: str) -> ApiError:
    return ApiError("InvalidParameter", f"parameter `{name}` is malformed, or contradicts another one")
