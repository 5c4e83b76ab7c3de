"""Conditions as the document states them: operator, key and the values it is compared with."""

import re
from dataclasses import dataclass
from enum import Enum

from authz.language.report import Refusal

_OPERATOR = re.compile(r"(?:(for_any_value|for_all_value):)?([a-z]+(?:_[a-z]+)*?)(_if_exist)?")
_COMPARISONS = ("equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal")

OPERATORS = frozenset(
    [
        "string_equal",
        "string_not_equal",
        "string_equal_ignore_case",
        "string_not_equal_ignore_case",
        "string_like",
        "string_not_like",
        "bool_equal",
        "binary_equal",
        "ip_equal",
        "ip_not_equal",
        "null_equal",
        *(f"{kind}_{comparison}" for kind in ("numeric", "date") for comparison in _COMPARISONS),
    ]
)


class Qualifier(Enum):
    """How several values of the request count."""

    NONE = ""
    ANY_VALUE = "for_any_value"
    ALL_VALUES = "for_all_value"


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator with its qualifier and suffix; `name` is one of OPERATORS."""

    name: str
    qualifier: Qualifier = Qualifier.NONE
    if_exist: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator; a statement holds when all of its conditions do."""

    operator: Operator
    key: str
    values: tuple[str, ...]


def parse_operator(text: str) -> Operator:
    """Read an operator's name (598/10608).

    Raises:
        Refusal: InvalidParameter.ConditionTypeError.
    """
    match = _OPERATOR.fullmatch(text.strip())
    if match is None or match[2] not in OPERATORS or (match[2] == "null_equal" and match[3]):
        raise Refusal("InvalidParameter.ConditionTypeError", f"unknown condition operator `{text}`")
    return Operator(match[2], Qualifier(match[1] or ""), bool(match[3]))
