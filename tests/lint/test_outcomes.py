"""What the lint says of a condition is what the engine does with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.conditions import bind_conditions
from authz.engine.facts import Facts
from authz.language.condition import Condition, parse_condition_value, parse_operator
from authz.lint.outcomes import holds_for_every_value, holds_for_no_value, holds_without_key

VALUES = {
    "string": ["*", "**", "", "a", "a*", "*a"],
    "ip": ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.1"],
    "null": ["true", "false"],
    "numeric": ["0", "1"],
    "bool": ["true", "false"],
}
ACTUAL = {"string": ["", "a", "ab", "*", "zz"], "ip": ["10.0.0.1", "203.0.113.7"], "numeric": ["0", "2"]}
NAMES = [
    "string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "string_like",
    "string_not_like", "ip_equal", "ip_not_equal", "null_equal", "numeric_equal", "numeric_not_equal", "bool_equal",
]  # fmt: skip


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(NAMES))
    suffix = "" if name == "null_equal" else draw(st.sampled_from(["", "_if_exist"]))
    operator = parse_operator(name + suffix)
    values = draw(st.lists(st.sampled_from(VALUES[operator.type.kind]), min_size=1, max_size=2, unique=True))
    return Condition(operator, "k", tuple(parse_condition_value(value, operator) for value in values))


def holds(condition, *actual):
    (bound,) = bind_conditions([condition], [{}])
    return bound.holds(Facts({"k": actual} if actual else {}, {}, 0))


@given(conditions())
def test_without_the_key(condition):
    assert holds_without_key(condition) is holds(condition)


@given(conditions())
def test_whatever_the_value(condition):
    actual = ACTUAL.get(condition.operator.type.kind, ["true", "false"])
    verdicts = {holds(condition, value) for value in actual}
    if holds_for_every_value(condition):
        # What is not empty counts as a value here, since no client sends an empty one to be asked about.
        assert {holds(condition, value) for value in actual if value} == {True}
    if holds_for_no_value(condition):
        assert verdicts == {False}


@pytest.mark.parametrize(
    ("operator", "value"),
    [("string_like", "*"), ("ip_equal", "0.0.0.0/0"), ("string_not_equal", ""), ("null_equal", "false")],
)
def test_tests_of_presence(operator, value):
    parsed = parse_operator(operator)
    assert holds_for_every_value(Condition(parsed, "k", (parse_condition_value(value, parsed),)))
