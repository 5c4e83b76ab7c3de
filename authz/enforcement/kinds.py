"""How a value must be written: as any text, or in the one canonical form of its kind.

A framework reads `07`, `+7` or `7_0` as a number and hands the number on, while a policy names resources by texts. So a
value of a kind is taken in the only form that its number is printed in, and refused in every other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authz.enforcement.refusals import invalid_request
from authz.enforcement.sources import Reader


@dataclass(frozen=True, slots=True)
class ValueKind:
    """`canonical` is the form of a value, `in_path` of a segment of a path; `readable` is what some reader may take."""

    name: str
    canonical: re.Pattern[str]
    in_path: re.Pattern[str]
    readable: re.Pattern[str]


TEXT = ValueKind("", re.compile(r".*", re.DOTALL), re.compile(r".+", re.DOTALL), re.compile(r".+", re.DOTALL))
# Routers of Starlette, Django and Flask take no sign in a path; int() does, as it takes zeros and underscores.
INT = ValueKind(
    "int",
    re.compile(r"0|-?[1-9][0-9]*", re.ASCII),
    re.compile(r"0|[1-9][0-9]*", re.ASCII),
    re.compile(r"[+-]?[0-9][0-9_]*", re.ASCII),
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
UUID = ValueKind("uuid", _UUID, _UUID, re.compile(r"[0-9a-fA-F-]{32,}", re.ASCII))

_KINDS: Mapping[str, ValueKind] = {kind.name: kind for kind in (TEXT, INT, UUID)}


def split_kind(name: str) -> tuple[str, ValueKind]:
    """`query.app_id:int` as the name and the kind; TEXT without one.

    Raises:
        ValueError: for a kind that there is not.
    """
    plain_name, colon, kind = name.partition(":")
    if colon and (not kind or kind not in _KINDS):
        raise ValueError(f"`{name}` has no kind that there is; write `{plain_name}:int` or `{plain_name}:uuid`")
    return plain_name, _KINDS[kind]


def of_kind(reader: Reader, name: str, kind: ValueKind) -> Reader:
    """The reader, refusing values in another form; an empty one stays, for it says that the value is missing."""
    if kind is TEXT:
        return reader

    def read(message: Any) -> tuple[str, ...]:
        values = reader(message)
        if not all(not value or kind.canonical.fullmatch(value) for value in values):
            raise invalid_request(f"`{name}` is not the canonical form of the kind `{kind.name}`")
        return values

    return read
