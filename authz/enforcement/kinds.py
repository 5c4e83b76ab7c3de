"""The kinds of values in requests (text, int, uuid) and the canonical form of each.

Frameworks read `07`, `+7` or `7_0` as numbers, while policies name resources by strings. A value of a kind must
therefore be in the form in which it is printed; every other form is rejected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authz.enforcement.refusals import invalid_request
from authz.enforcement.sources import Reader


@dataclass(frozen=True, slots=True)
class ValueKind:
    """`canonical` is the form of a value, `in_path` that of a path segment; `readable` is what routers may accept."""

    name: str
    canonical: re.Pattern[str]
    in_path: re.Pattern[str]
    readable: re.Pattern[str]


TEXT = ValueKind("", re.compile(r".*", re.DOTALL), re.compile(r".+", re.DOTALL), re.compile(r".+", re.DOTALL))
# Routers of Starlette, Django and Flask accept no sign in a path; int() does, like zeros and underscores.
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
    """Split `query.app_id:int` into name and kind; the kind is TEXT if there is none.

    Raises:
        ValueError: if the kind is unknown.
    """
    plain_name, colon, kind = name.partition(":")
    if colon and (not kind or kind not in _KINDS):
        raise ValueError(f"`{name}` has an unknown kind; write `{plain_name}:int` or `{plain_name}:uuid`")
    return plain_name, _KINDS[kind]


def of_kind(reader: Reader, name: str, kind: ValueKind) -> Reader:
    """A reader that rejects values not in canonical form, except the empty string, which marks a missing value."""
    if kind is TEXT:
        return reader

    def read(message: Any) -> tuple[str, ...]:
        values = reader(message)
        if not all(not value or kind.canonical.fullmatch(value) for value in values):
            raise invalid_request(f"`{name}` is not in the canonical form of the kind `{kind.name}`")
        return values

    return read
