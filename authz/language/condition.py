"""Conditions as written in a document: an operator, a key and the expected values."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from authz.language.operators import OPERATORS, OperatorType
from authz.language.report import Refusal
from authz.language.variables import IN_CONDITIONS, Template, parse_template
from authz.spelling import nearest

_OPERATOR = re.compile(r"(?:(for_any_value|for_all_value):)?([a-z]+(?:_[a-z]+)*?)(_if_exist)?")
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|\s+|-")
_OTHER_NAMES = {
    "ip_addres": "ip_equal", "not_ip_addres": "ip_not_equal", "bool": "bool_equal", "null": "null_equal",
    "binary": "binary_equal",
}  # fmt: skip
"""Operator names of other clouds that spelling alone does not resolve, without a trailing `s`."""
_CONTENT = "InvalidParameter.ConditionContentError"

CURRENT_TIME = "qcs:current_time"
SOURCE_IP = "qcs:ip"
UIN = "qcs:uin"
OWNER_UIN = "qcs:owner_uin"


class Qualifier(Enum):
    """How several values of one key are combined."""

    NONE = ""
    ANY_VALUE = "for_any_value"
    ALL_VALUES = "for_all_value"


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator with its qualifier and suffix; `name` is a key of OPERATORS."""

    name: str
    qualifier: Qualifier = Qualifier.NONE
    if_exist: bool = False

    @property
    def type(self) -> OperatorType:
        """How the operator reads and compares values."""
        return OPERATORS[self.name]

    def __str__(self) -> str:
        prefix = f"{self.qualifier.value}:" if self.qualifier is not Qualifier.NONE else ""
        return f"{prefix}{self.name}{'_if_exist' if self.if_exist else ''}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator. All conditions of a statement must hold; one matching value of `values` is enough."""

    operator: Operator
    key: str
    values: tuple[Template, ...]


@lru_cache(maxsize=256)  # errors are not cached, so no more than all names there are
def parse_operator(text: str) -> Operator:
    """Parse the name of an operator (598/10608).

    Raises:
        Refusal: InvalidParameter.ConditionTypeError.
    """
    match = _OPERATOR.fullmatch(text.strip())
    if match is None or match[2] not in OPERATORS or (match[2] == "null_equal" and (match[1] or match[3])):
        raise Refusal("InvalidParameter.ConditionTypeError", f"unknown condition operator `{text}`{_suggestion(text)}")
    return Operator(match[2], Qualifier(match[1] or ""), bool(match[3]))


def _suggestion(text: str) -> str:
    """The suggestion for a misspelt operator, or for one of another cloud (`ForAnyValue:StringEquals`)."""
    snake = _WORD_START.sub("_", text.strip()).lower()
    prefix, _, name = snake.rpartition(":")
    base = name.removesuffix("s").removesuffix("_if_exist")
    near = _OTHER_NAMES.get(base) or nearest(base, OPERATORS)
    if near is None:
        return ""
    qualifier = nearest(prefix, [each.value for each in Qualifier if each.value])
    suffix = "_if_exist" if base != name.removesuffix("s") and near != "null_equal" else ""
    return f"; did you mean `{f'{qualifier}:' if qualifier and near != 'null_equal' else ''}{near}{suffix}`?"


def parse_condition_value(text: str, operator: Operator) -> Template:
    """Parse an expected value; a value without variables must be of the operator's type.

    Raises:
        Refusal: InvalidParameter.ConditionContentError.
    """
    template = parse_template(text, _CONTENT, IN_CONDITIONS)
    if not template.variables:
        try:
            operator.type.read_expected(text)
        except ValueError as error:
            raise Refusal(_CONTENT, f"{error}, which `{operator}` requires") from None
    return template
