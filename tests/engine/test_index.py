from hypothesis import given
from hypothesis import strategies as st

from authz.engine.facts import Facts
from authz.engine.index import TailIndex
from authz.engine.rules import Attachment, Rules
from authz.engine.scope import Owner
from authz.language.resource import parse_resource
from tests.builders import ROOT_UIN, allow, policy

OWNER = Owner(ROOT_UIN, "")
IN_FAVOUR = {"string_equal": {"mood": "good"}}
TAILS = ["a", "ab", "abc", "abd", "b", "bcd", "x/y"]
ELSEWHERE = ["qcs::x::uin/9:a", "qcs::x::uin/9:*", "qcs::x::uin/*:ab*", "qcs::x::uin/8:a", "qcs::x::uid/9:a"]
PATTERNS = ["*", "a", "ab", "a*", "ab*", "abc*", "*c", "a*c", "*b*", "b*", "x/*", "qcs::x:gz::*"]
FULL = {name: name if name == "*" or name.startswith("qcs") else f"qcs::x:::{name}" for name in PATTERNS}


@given(
    st.lists(st.tuples(st.sampled_from(PATTERNS), st.booleans()), min_size=1, max_size=12),
    st.sampled_from([*(f"qcs::x:{region}::{tail}" for tail in TAILS for region in ("", "gz")), "qcs::y:::a", "*"]),
    st.sampled_from(["good", "bad"]),
)
def test_the_first_rule_in_order_is_found_for_all_patterns_and_conditions(written, asked, mood):
    statements = [allow("*", FULL[name], **({"condition": IN_FAVOUR} if bound else {})) for name, bound in written]
    rules = Rules([Attachment(policy("p", *statements), "user/1")], OWNER, [{}])
    resource, facts = parse_resource(asked), Facts({"mood": (mood,)}, {}, None)
    first = next((rule for rule in rules if rule.covers_resource(resource, OWNER) and rule.applies(facts)), None)
    assert TailIndex(rules, resource).find(resource.tail, facts) is first


@given(
    st.lists(st.sampled_from([*FULL.values(), *ELSEWHERE]), min_size=1, max_size=8),
    st.sampled_from(["uin/9", "uin/8", "uid/9"]),
    st.sampled_from(TAILS),
)
def test_the_first_rule_about_the_resources_of_another_account_is_found(written, account, tail):
    rules = Rules([Attachment(policy("p", *(allow("*", each) for each in written)), "user/1")], OWNER, [{}])
    resource, facts = parse_resource(f"qcs::x::{account}:{tail}"), Facts({}, {}, None)
    first = next((rule for rule in rules if rule.covers_resource(resource, OWNER)), None)
    assert TailIndex(rules, resource, resource.account).find(tail, facts) is first
