import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.accounts.lint_coverage import covers, covers_action, covers_resource, overlaps
from authz.language.action import parse_action_pattern
from authz.language.pattern import Pattern
from authz.language.resource import parse_resource_pattern
from tests.accounts.linting import found, message
from tests.builders import APP_1, APP_2, allow, deny, im_app

OFFICE = {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "192.168.0.0/16"]}}
OFFICE_TURNED = {"ip_equal": {"qcs:ip": ["192.168.0.0/16", "10.0.0.0/8"]}}
WITH_MFA = {**OFFICE, "bool_equal": {"qcs:mfa": "true"}}
TEXTS = st.text(alphabet="ab", max_size=5)
PATTERNS = st.text(alphabet="ab*", max_size=5).map(Pattern.of)


@given(PATTERNS, PATTERNS, TEXTS)
def test_a_pattern_that_covers_another_matches_all_that_it_matches(outer, inner, text):
    assert not (covers(outer, inner) and inner.matches(text) and not outer.matches(text))


@given(PATTERNS, PATTERNS)
def test_a_pattern_that_does_not_cover_another_misses_some_text_that_it_matches(outer, inner):
    text = "c".join(inner.pieces)
    assert inner.matches(text)
    assert covers(outer, inner) or not outer.matches(text)


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_that_match_one_text_overlap(left, right, text):
    assert overlaps(left, right) == overlaps(right, left)
    assert overlaps(left, right) or not (left.matches(text) and right.matches(text))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("a*", "*b", True), ("a*", "b*", False), ("a*c", "*b*", True), ("a*b", "*c", False), ("ab", "a*", True)],
)
def test_whether_two_patterns_have_a_text_in_common(left, right, expected):
    assert overlaps(Pattern.of(left), Pattern.of(right)) is expected


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("*", "im:*", True),
        ("im:*", "name/IM:RemoveUser", True),
        ("im:Remove*", "im:*", False),
        ("sms:*", "im:SendSms", False),
        ("permid/1", "permid/1", True),
    ],
)
def test_whether_one_action_covers_another(outer, inner, expected):
    assert covers_action(parse_action_pattern(outer), parse_action_pattern(inner)) is expected


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("*", "qcs::im:::sdkappid/*", True),
        ("qcs:::::*", "*", False),
        ("qcs:::::*", "qcs::im:::sdkappid/1", True),
        ("qcs::im:::sdkappid/*", "qcs::im::uin/12345678:sdkappid/1", True),
        ("qcs::im::uin/12345678:sdkappid/*", "qcs::im:::sdkappid/1", True),
        ("qcs::im:::sdkappid/1*", "qcs::im:::sdkappid/*", False),
        ("qcs::im::*:sdkappid/1", "qcs::im:::sdkappid/1", True),
        ("qcs::cam:::roleName/*", "qcs::cam::uin/87654321:roleName/ci", False),
        ("qcs::cam::*:roleName/*", "qcs::cam::uin/87654321:roleName/ci", True),
        ("qcs::cvm:gz::*", "qcs::cvm:ap-guangzhou::instance/1", True),
        ("qcs::cvm:gz::*", "qcs::cvm:::instance/1", False),
        ("qcs::im:::sdkappid/${uin}", "qcs::im:::sdkappid/${uin}", True),
        ("qcs::im:::sdkappid/${uin}", "qcs::im:::sdkappid/${owner_uin}", False),
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid/${uin}", True),
        ("qcs::cos:::b/dir/*", "qcs::cos:::b/dir/*", True),
        ("qcs::cos:::b/dir/*", "qcs::cos:::b/dir", False),
        ("qcs::cos:::b/*/*", "qcs::cos:::b/dir/*", True),
    ],
)
def test_whether_one_resource_covers_another(outer, inner, expected):
    assert covers_resource(parse_resource_pattern(outer), parse_resource_pattern(inner)) is expected


def test_a_statement_that_another_one_covers_is_told():
    parts = [allow("im:RemoveUser", APP_1), allow("im:*", [APP_1, APP_2])]
    assert found("CoveredStatement", *parts) == [("warning", "[0]")]
    assert message("CoveredStatement", *parts).startswith("`$.statement[1]` covers all of this allow")


def test_of_two_equal_statements_the_later_is_needless():
    assert found("CoveredStatement", deny("im:RemoveUser", APP_1), deny("im:RemoveUser", APP_1)) == [("warning", "[1]")]


@pytest.mark.parametrize(
    "near_miss",
    [
        allow("im:*", APP_2),
        allow("im:Describe*", APP_1),
        deny("im:*", im_app("*"), condition=OFFICE),
        allow("im:*", APP_1, condition=OFFICE),
    ],
)
def test_a_statement_that_says_something_of_its_own_is_not_needless(near_miss):
    assert found("CoveredStatement", allow("im:RemoveUser", APP_1), near_miss) == []


def test_equal_conditions_cover_one_another_in_any_order_of_values():
    parts = [allow("im:*", APP_1, condition=OFFICE), allow("im:RemoveUser", APP_1, condition=OFFICE_TURNED)]
    assert found("CoveredStatement", *parts) == [("warning", "[1]")]


def test_fewer_conditions_cover_more():
    parts = [allow("im:*", APP_1, condition=OFFICE), allow("im:RemoveUser", APP_1, condition=WITH_MFA)]
    assert found("CoveredStatement", *parts) == [("warning", "[1]")]
    wider = [allow("im:*", APP_1, condition=WITH_MFA), allow("im:RemoveUser", APP_1, condition=OFFICE)]
    assert found("CoveredStatement", *wider) == []


def test_an_allow_under_an_unconditional_deny_is_told():
    parts = [allow("im:RemoveUser", APP_1, condition=OFFICE), deny("im:*", im_app("*"))]
    assert found("DeniedAllow", *parts) == [("warning", "[0]")]
    assert "the deny at `$.statement[1]`" in message("DeniedAllow", *parts)


def test_an_allow_that_a_deny_leaves_something_of_is_not_told():
    assert found("DeniedAllow", allow("im:*", APP_1), deny("im:RemoveUser", APP_1)) == []
    assert found("DeniedAllow", allow("im:RemoveUser", APP_1), deny("im:*", APP_1, condition=OFFICE)) == []
