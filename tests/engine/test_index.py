import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine import index as index_module
from authz.engine.facts import Facts
from authz.engine.index import ResourceIndex
from authz.engine.rules import Attachment, Owner, Rules
from authz.language.resource import parse_resource
from tests.builders import ROOT_UIN, allow, policy

OWNER = Owner(ROOT_UIN, "")
IN_FAVOUR = {"string_equal": {"mood": "good"}}
TAILS = ["a", "ab", "abc", "abd", "b", "bcd", "x/y"]
PATTERNS = ["*", "a", "ab", "a*", "ab*", "abc*", "*c", "a*c", "*b*", "b*", "x/*", "qcs::x:gz::*"]
FULL = {name: name if name == "*" or name.startswith("qcs") else f"qcs::x:::{name}" for name in PATTERNS}


def indexed(*statements):
    rules = Rules([Attachment(policy("p", *statements), "user/1")], OWNER, [{}])
    return rules, ResourceIndex(rules)


@given(
    st.lists(st.tuples(st.sampled_from(PATTERNS), st.booleans()), min_size=1, max_size=12),
    st.sampled_from([*(f"qcs::x:{region}::{tail}" for tail in TAILS for region in ("", "gz")), "qcs::y:::a", "*"]),
    st.sampled_from(["good", "bad"]),
)
def test_the_first_rule_in_order_is_found_whatever_its_pattern_and_conditions(written, asked, mood):
    statements = [allow("*", FULL[name], **({"condition": IN_FAVOUR} if bound else {})) for name, bound in written]
    rules, index = indexed(*statements)
    resource, facts = parse_resource(asked), Facts({"mood": (mood,)}, {}, None)
    first = next((rule for rule in rules if rule.covers_resource(resource) and rule.applies(facts)), None)
    assert index.find(resource, facts) is first


def test_a_place_is_indexed_once():
    _, index = indexed(allow("*", "qcs::x:::a"))
    for tail in TAILS:
        index.find(parse_resource(f"qcs::x:::{tail}"), Facts({}, {}, None))
    assert len(index._places) == 1


@pytest.mark.parametrize("place", ["qcs::made{}:::a", "qcs::x:made{}::a"])
def test_places_made_up_by_callers_do_not_fill_the_memory(monkeypatch, place):
    monkeypatch.setattr(index_module, "_PLACES_LIMIT", 3)
    _, index = indexed(allow("*", "qcs:::::a"))
    for number in range(10):
        assert index.find(parse_resource(place.format(number)), Facts({}, {}, None))
        assert len(index._places) <= 3


def test_an_absurdly_long_place_is_looked_at_but_not_kept():
    _, index = indexed(allow("*", "qcs:::::a"))
    assert index.find(parse_resource(f"qcs::{'x' * 1000}:::a"), Facts({}, {}, None))
    assert not index._places
