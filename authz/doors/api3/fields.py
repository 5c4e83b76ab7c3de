"""Declares the request fields of actions: their names, types, and which are required; and reads them.

A field that is absent, or null, is not passed on, so that defaults are those of the use case. In forms and query
strings all values are text, and published JSON examples quote numbers: text is read as the type of its field.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from authz.doors.api3.errors import ApiError, invalid_value

T = TypeVar("T")
Read = Callable[[object, str], T]
"""Reads a value that JSON has; the string is its place, for errors."""

MOST_ITEMS = 1000
"""The most items of a list in a request."""
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BOOLEANS: Mapping[object, bool] = {"true": True, "false": False, "1": True, "0": False, "True": True, "False": False}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a request or of a structure in it; `keyword` is the name that the use case has for it."""

    name: str
    read: Read[Any]
    is_required: bool = False
    keyword: str = ""

    @property
    def parameter(self) -> str:
        """The keyword under which the value is passed on."""
        return self.keyword or _WORD.sub("_", self.name).lower()


def required(name: str, read: Read[Any], keyword: str = "") -> Field:
    """A field that every request must have."""
    return Field(name, read, is_required=True, keyword=keyword)


def optional(name: str, read: Read[Any], keyword: str = "") -> Field:
    """A field that a request may have."""
    return Field(name, read, keyword=keyword)


def read_fields(fields: tuple[Field, ...], given: Mapping[str, object], place: str = "") -> dict[str, Any]:
    """The values of the fields by their keywords.

    Raises:
        ApiError: UnknownParameter, MissingParameter or InvalidParameterValue, naming the field.
    """
    names = {field.name for field in fields}
    unknown = next((name for name in given if name not in names), None)
    if unknown is not None:
        raise ApiError("UnknownParameter", f"`{place}{unknown}` is not a parameter of this action")
    values = {}
    for field in fields:
        value = given.get(field.name)
        if value is not None:
            values[field.parameter] = field.read(value, f"{place}{field.name}")
        elif field.is_required:
            raise ApiError("MissingParameter", f"`{place}{field.name}` is missing")
    return values


def text(value: object, place: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise invalid_value(place, "a string")
    return value


def integer(value: object, place: str) -> int:
    """An integer, also as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise invalid_value(place, "an integer")


def digits(value: object, place: str) -> str:
    """An id of digits, such as a uin: an integer in the API, a string of digits in use cases."""
    found = integer(value, place)
    if found < 0:
        raise invalid_value(place, "an id of digits")
    return str(found)


def flag(value: object, place: str) -> bool:
    """An integer that is 0 or 1."""
    if isinstance(value, bool):
        return value
    if integer(value, place) not in (0, 1):
        raise invalid_value(place, "0 or 1")
    return bool(integer(value, place))


def boolean(value: object, place: str) -> bool:
    """A boolean, also as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int) and str(value) in _BOOLEANS:
        return _BOOLEANS[str(value)]
    raise invalid_value(place, "true or false")


def list_of(read: Read[T]) -> Read[tuple[T, ...]]:
    """A list whose items are read by `read`."""

    def read_list(value: object, place: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise invalid_value(place, "a list")
        if len(value) > MOST_ITEMS:
            raise invalid_value(place, f"at most {MOST_ITEMS} items")
        return tuple(read(item, f"{place}.{index}") for index, item in enumerate(value))

    return read_list


def structure(make: Callable[..., T], *fields: Field) -> Read[T]:
    """An object with these fields, from which `make` is called with their keywords."""

    def read_structure(value: object, place: str) -> T:
        if not isinstance(value, dict):
            raise invalid_value(place, "an object")
        return make(**read_fields(fields, value, f"{place}."))

    return read_structure
