"""Binds conditions to a principal and evaluates them (CAM conditions, 598/10608; cam-language 2.2)."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import eq
from sys import getsizeof
from typing import Any

from authz.engine.facts import Facts
from authz.language.condition import CURRENT_TIME, Condition, Operator, Qualifier
from authz.language.operators import OperatorType
from authz.language.variables import Template, Variable
from authz.pattern import Pattern

_FEW = 8  # up to so many values, comparing is faster than hashing
_LIKE = frozenset({"string_like", "string_not_like"})
_TEXTUAL = frozenset({"string", "binary"})  # kinds of operators that compare text, with or without case
_NO_BINDINGS: Sequence[Mapping[Variable, str]] = ({},)

_CONDITION, _TEXT, _VALUE = 300, 60, 300  # bytes of a condition, of a string without its characters, of another value

Bindings = Sequence[Mapping[Variable, str]]
"""The values of variables; several mappings if the principal has several tags."""


@dataclass(frozen=True, slots=True)
class BoundCondition:
    """A condition with its variables replaced and its values read.

    `kind` is that of the operator, looked up once. `equals` are the expected values if the actual value must be one of
    them, so that many need not be compared one by one. `possible` are patterns for values with unknown variables: an
    actual value that matches one may be meant. `is_unresolved` is true if nothing is known about a value, which may
    then match any actual value.
    """

    source: Condition
    key: str
    operator: Operator
    kind: OperatorType
    expected: tuple[Any, ...]
    equals: Collection[Any] | None
    possible: tuple[Pattern, ...]
    is_unresolved: bool

    @property
    def size(self) -> int:
        """An upper estimate of its bytes, without those of its source."""
        return _CONDITION + sum(map(_size, self.expected))

    def holds(self, facts: Facts) -> bool | None:
        """Whether the condition holds; None if undetermined, which always denies (cam-language 2.2, rule 13)."""
        is_null = self.kind.kind == "null"
        if self.key == CURRENT_TIME and facts.reads_clock:
            if facts.now is None:
                return None
            if not is_null:  # the presence of a time does not depend on its value
                facts.hold(*self._window(facts.now))
        if is_null:
            return (not facts.values(self.key)) in self.expected or (None if self.is_unresolved else False)
        actuals = facts.read(self.key, self.kind.read_actual)
        if not actuals:
            return self.operator.if_exist
        if len(actuals) == 1:
            return self._matches(actuals[0])  # for one value, both qualifiers agree
        verdicts = map(self._matches, actuals)
        if self.operator.qualifier is Qualifier.ALL_VALUES:
            return _all_hold(verdicts)
        return _any_holds(verdicts)

    def _matches(self, actual: Any) -> bool | None:
        if actual is None:
            return None  # a value of another type
        kind = self.kind
        if self.equals is not None:
            if actual in self.equals:
                return not kind.is_negated
        else:
            for expected in self.expected:
                if kind.matches(actual, expected):
                    return not kind.is_negated
        if self.is_unresolved or (self.possible and any(pattern.matches(actual) for pattern in self.possible)):
            return None
        return kind.is_negated

    def _window(self, now: int) -> tuple[float, float]:
        """The whole seconds around `now` for which the comparison with the clock has the same outcome."""
        if self.kind.kind != "date":
            return now, now + 1
        return _window_of_dates(self.expected, now)


def _window_of_dates(dates: Iterable[datetime], now: int) -> tuple[float, float]:
    """A whole second is before, at or after a date; the outcome may change where one of these begins."""
    steps = [step for date in dates for step in (math.ceil(date.timestamp()), math.floor(date.timestamp()) + 1)]
    before = [step for step in steps if step <= now]
    after = [step for step in steps if step > now]
    return max(before, default=-math.inf), min(after, default=math.inf)


def conditions_hold(conditions: Iterable[BoundCondition], facts: Facts) -> bool | None:
    """Whether all of them hold (see BoundCondition.holds); None where that is unknown and none of them fails."""
    return _all_hold(condition.holds(facts) for condition in conditions)


def _all_hold(verdicts: Iterable[bool | None]) -> bool | None:
    """AND in three-valued logic: False if any is False, else None if any is None."""
    result: bool | None = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def _any_holds(verdicts: Iterable[bool | None]) -> bool | None:
    result: bool | None = False
    for verdict in verdicts:
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


def _size(value: Any) -> int:
    if isinstance(value, Pattern):
        return 2 * _TEXT + sum(map(getsizeof, value.pieces))
    return _TEXT + getsizeof(value) if isinstance(value, str) else _VALUE


def bind_conditions(conditions: Sequence[Condition], bindings: Bindings) -> tuple[BoundCondition, ...]:
    """Replace the variables of all conditions, and parse their values once."""
    return tuple(_bind(condition, bindings) for condition in conditions)


def _bind(condition: Condition, bindings: Bindings) -> BoundCondition:
    operator = condition.operator
    expected: list[Any] = []
    possible: list[Pattern] = []
    is_unresolved = False
    for template in condition.values:
        for values in bindings if template.has_variables else _NO_BINDINGS:
            pattern = template.bind(values)
            try:
                if pattern is None:
                    possible.append(_possible(template, values, operator))
                else:
                    expected.append(_expected(pattern, operator))
            except ValueError:
                is_unresolved = True
    kind, known = operator.type, tuple(dict.fromkeys(expected))
    equals = None if kind.matches is not eq else known if len(known) <= _FEW else frozenset(known)
    open_ones = tuple(dict.fromkeys(possible))
    return BoundCondition(condition, condition.key, operator, kind, known, equals, open_ones, is_unresolved)


def _expected(pattern: Pattern, operator: Operator) -> Any:
    """The expected value; with `string_like`, stars of the document are wildcards, stars of variables are not."""
    return pattern if operator.name in _LIKE else operator.type.read_expected(str(pattern))


def _possible(template: Template, values: Mapping[Variable, str], operator: Operator) -> Pattern:
    """The pattern that a partly known value must match.

    Raises:
        ValueError: if its text says nothing about the value: the number `1${uin}` may be almost any number.
    """
    if operator.name in _LIKE:
        return template.bind_open(values)
    if operator.type.kind not in _TEXTUAL:
        raise ValueError
    pattern = template.bind_open(values, stars=False)
    return Pattern(tuple(map(operator.type.read_expected, pattern.pieces)))
