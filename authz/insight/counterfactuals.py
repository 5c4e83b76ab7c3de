"""Finds values of a condition key for which a condition would hold or fail; each value is evaluated first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from authz.context import tag_key
from authz.engine.conditions import BoundCondition
from authz.engine.facts import Facts
from authz.language.address import Network
from authz.language.condition import OWNER_UIN, UIN, Qualifier
from authz.pattern import Pattern

Values = tuple[str, ...]
_FIXED = frozenset({UIN, OWNER_UIN})  # set by the engine, so a caller cannot change them
_EXPECTED = 16  # expected values of a condition from which candidates are derived
_GIVEN = 10  # values of a request up to which adding one more is tried
_ELSEWHERE = ("192.0.2.1", "198.51.100.1", "2001:db8::1", "10.0.0.1")


def counterfactuals(condition: BoundCondition, facts: Facts, *, outcome: bool) -> Sequence[Values]:
    """Values of the condition's key for which the condition has the given outcome.

    An empty tuple means that the request omits the key; it comes last.
    """
    return list(_verified(condition, facts, outcome=outcome))


def _verified(condition: BoundCondition, facts: Facts, *, outcome: bool) -> Iterator[Values]:
    if condition.key in _FIXED:
        return
    given = facts.values(condition.key)
    for text in _texts(condition):
        for values in _candidates(text, given, condition):
            if _verdict(condition, values, facts) is outcome:
                yield values
                break
    if given and _verdict(condition, (), facts) is outcome:
        yield ()


def _verdict(condition: BoundCondition, values: Values, facts: Facts) -> bool | None:
    return condition.holds(Facts({condition.key: values}, {}, facts.now))


def _candidates(text: str, given: Values, condition: BoundCondition) -> Iterator[Values]:
    """Candidates with `text`: added to the given values where the key is multi-valued (tags), or in their place."""
    is_set = condition.operator.qualifier is Qualifier.ANY_VALUE or tag_key(condition.key) is not None
    if given and is_set and len(given) <= _GIVEN:
        yield (*given, text)
    yield (text,)


def _texts(condition: BoundCondition) -> Iterator[str]:
    kind = condition.operator.type.kind
    for expected in condition.expected[:_EXPECTED]:
        yield from _near(expected)
    if kind in ("string", "binary", "null"):
        yield "other"
    if kind == "ip":
        yield from _ELSEWHERE


def _near(expected: Any) -> Iterable[str]:
    if isinstance(expected, Pattern):
        return (expected.example(""),)
    if isinstance(expected, Decimal):
        return (str(expected), str(expected - 1), str(expected + 1))
    if isinstance(expected, datetime):
        return [_dated(expected + timedelta(seconds=step)) for step in (0, -1, 1)]
    if isinstance(expected, Network):
        return (expected.host,)
    if isinstance(expected, bool):
        return ("true", "false")
    return (str(expected),)


def _dated(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
