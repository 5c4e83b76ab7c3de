"""Counterfactuals are values for which a condition really has the wanted outcome."""

import pytest

from authz.engine.conditions import bind_conditions
from authz.engine.facts import Facts
from authz.insight.counterfactuals import counterfactuals
from authz.language.parse import parse_policy
from authz.language.variables import Variable
from tests.builders import allow, document

NOON = 1_750_000_000.0
CONDITIONS = [
    {"string_equal": {"k": ["a", "b"]}},
    {"string_not_equal": {"k": "a"}},
    {"string_like": {"k": "a*b"}},
    {"numeric_less_than": {"k": 3}},
    {"numeric_greater_than_equal": {"k": 3}},
    {"date_greater_than": {"k": "2026-01-01T00:00:00Z"}},
    {"bool_equal": {"k": True}},
    {"ip_equal": {"k": "10.0.0.0/8"}},
    {"ip_not_equal": {"k": ["10.0.0.0/8", "192.0.2.0/24"]}},
    {"ip_equal": {"k": "2001:db8::1"}},
    {"for_all_value:string_equal": {"k": ["a"]}},
    {"for_any_value:string_equal": {"k": ["a"]}},
    {"null_equal": {"k": "false"}},
]


def bound(block):
    statement = parse_policy(document(allow("*", condition=block))).statements[0]
    return bind_conditions(statement.conditions, [{Variable.UIN: "1"}])[0]


@pytest.mark.parametrize("block", CONDITIONS, ids=str)
def test_the_condition_has_the_wanted_outcome_for_every_value_found(block):
    condition = bound(block)
    facts = Facts({"k": ("zzz",)}, {}, NOON)
    wanted, unwanted = (counterfactuals(condition, facts, outcome=outcome) for outcome in (True, False))
    assert wanted
    assert unwanted
    assert all(condition.holds(Facts({"k": values}, {}, NOON)) is True for values in wanted)
    assert all(condition.holds(Facts({"k": values}, {}, NOON)) is False for values in unwanted)


def test_keys_that_the_engine_sets_have_no_counterfactuals():
    assert counterfactuals(bound({"string_equal": {"qcs:uin": "1"}}), Facts({}, {}, NOON), outcome=True) == []


def test_a_value_is_added_to_the_given_ones_where_one_match_is_enough():
    condition = bound({"for_any_value:string_equal": {"k": "a"}})
    assert counterfactuals(condition, Facts({"k": ("b",)}, {}, NOON), outcome=True) == [("b", "a")]
