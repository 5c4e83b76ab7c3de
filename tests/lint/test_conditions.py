import pytest

from tests.builders import APP_1, allow, deny
from tests.lint.linting import findings, found, message

AT = "[0].condition."


def holding(operator, key, *values):
    return {"condition": {operator: {key: list(values)}}}


# A deny that a missing key escapes (cam-language 2.2, rule 4) -------------------------------------------------------


@pytest.mark.parametrize("operator", ["ip_not_equal", "for_all_value:ip_not_equal"])
def test_a_deny_unless_is_escaped_by_leaving_the_key_out(operator):
    denial = deny("im:RemoveUser", **holding(operator, "qcs:ip", "10.0.0.0/8"))
    assert found("DenyEscaped", denial) == [("warning", AT + operator)]
    assert message("DenyEscaped", denial).endswith(f"write `{operator}_if_exist`")


def test_a_deny_if_is_a_note():
    denial = deny("im:RemoveUser", **holding("ip_equal", "qcs:ip", "10.0.0.0/8"))
    assert found("DenyEscaped", denial) == [("note", f"{AT}ip_equal")]


@pytest.mark.parametrize(
    "statement",
    [
        deny("im:RemoveUser", **holding("ip_not_equal_if_exist", "qcs:ip", "10.0.0.0/8")),
        allow("im:RemoveUser", **holding("ip_not_equal", "qcs:ip", "10.0.0.0/8")),
        deny("im:RemoveUser", **holding("date_greater_than", "qcs:current_time", "2026-01-01T00:00:00Z")),
        deny("im:RemoveUser", **holding("null_equal", "qcs:resource_tag/dept", "true")),
        deny("im:RemoveUser", condition={"ip_not_equal": {"qcs:ip": "10.0.0.1"}, "null_equal": {"qcs:ip": "false"}}),
    ],
)
def test_a_deny_that_nothing_escapes_by_accident_is_not_reported(statement):
    assert found("DenyEscaped", statement) == []


def test_the_presence_of_another_key_does_not_help():
    condition = {"ip_not_equal": {"qcs:ip": "10.0.0.1"}, "null_equal": {"qcs:mfa": "false"}}
    assert found("DenyEscaped", deny("im:RemoveUser", condition=condition)) == [("warning", f"{AT}ip_not_equal")]


# Qualifiers ---------------------------------------------------------------------------------------------------------


def test_a_negated_operator_under_for_any_value_is_reported():
    # cam-language 2.2, rule 12
    grant = allow("im:RemoveUser", **holding("for_any_value:string_not_equal", "qcs:resource_tag", "a&b"))
    assert found("AnyValueNegated", grant) == [("warning", f"{AT}for_any_value:string_not_equal")]
    assert "write `for_all_value:string_not_equal`" in message("AnyValueNegated", grant)


@pytest.mark.parametrize("operator", ["for_all_value:string_not_equal", "for_any_value:string_equal"])
def test_each_with_its_own_qualifier_is_fine(operator):
    assert findings(allow("im:RemoveUser", APP_1, **holding(operator, "qcs:resource_tag", "a&b"))) == ()


def test_a_key_of_many_values_needs_a_qualifier():
    # cam-language 2.2, rule 11
    like = allow("im:RemoveUser", **holding("string_equal", "qcs:request_tag", "a&b"))
    unlike = allow("im:RemoveUser", **holding("string_not_equal_if_exist", "qcs:tag", "a&b"))
    assert found("Unqualified", like) == [("note", f"{AT}string_equal")]
    assert found("Unqualified", unlike) == [("warning", f"{AT}string_not_equal_if_exist")]
    assert "write `for_all_value:string_not_equal_if_exist`" in message("Unqualified", unlike)


@pytest.mark.parametrize(
    ("operator", "key"),
    [("string_equal", "qcs:resource_tag/dept"), ("null_equal", "qcs:resource_tag"), ("string_equal", "qcs:vpc")],
)
def test_a_key_of_one_value_needs_none(operator, key):
    assert found("Unqualified", allow("im:RemoveUser", **holding(operator, key, "true"))) == []


# Values -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a*b", "*a*b", "a**", "a?", "**a"])
def test_a_pattern_that_is_more_than_a_start_or_an_end_is_reported(value):
    # cam-language 2.1: string_like
    grant = allow("im:RemoveUser", **holding("string_like", "qcs:vpc", "vpc-*", value))
    assert found("LikePattern", grant) == [("warning", f"{AT}string_like.qcs:vpc[1]")]


@pytest.mark.parametrize("value", ["vpc", "vpc-*", "*-vpc", "*vpc*", "*", "${uin}*${uin}"])
def test_a_plain_start_or_end_is_fine(value):
    assert found("LikePattern", allow("im:RemoveUser", **holding("string_not_like", "qcs:vpc", value))) == []


def test_a_star_is_nothing_special_to_other_operators():
    assert found("LikePattern", allow("im:RemoveUser", **holding("string_equal", "qcs:vpc", "a*b"))) == []


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("2022-05-31 00:00:00", "2022-05-31T00:00:00Z"),
        ("2022-05-31T00:00:00", "2022-05-31T00:00:00Z"),
        ("2022-05-31T08:00:00+08:00", "2022-05-31T00:00:00Z"),
        ("2016-06-01T 00:01:00Z", "2016-06-01T00:01:00Z"),
    ],
)
def test_a_date_that_is_not_in_utc_is_answered_with_the_same_in_utc(value, right):
    # cam-language 2.3: UTC required
    grant = allow("im:RemoveUser", **holding("date_less_than", "qcs:current_time", value))
    assert found("DateFormat", grant) == [("warning", f"{AT}date_less_than.qcs:current_time[0]")]
    assert message("DateFormat", grant).endswith(f"write `{right}`")


@pytest.mark.parametrize("value", ["2022-05-31T00:00:00Z", "2022-05-31T00:00:00.5Z"])
def test_a_date_in_utc_is_fine(value):
    grant = allow("im:RemoveUser", **holding("date_less_than", "qcs:current_time", value))
    assert found("DateFormat", grant) == []


# List APIs (cam-language 6, 598/73561) ------------------------------------------------------------------------------


def test_a_deny_on_a_list_api_may_hide_nothing():
    denial = deny(["im:RemoveUser", "sms:DescribeAppList"], [APP_1, "qcs::sms:::app/1"])
    assert found("ListApi", denial) == [("warning", "[0].action[1]")]
    assert "exclude them from the allow instead" in message("ListApi", denial)


def test_a_wildcard_deny_over_more_than_list_apis_is_a_note():
    assert found("ListApi", deny("im:*", APP_1)) == [("note", "[0].action")]


def test_an_inexact_operator_on_a_list_api_is_reported():
    grant = allow("sms:DescribeAppList", **holding("string_like", "qcs:vpc", "a*"))
    assert found("ListApi", grant) == [("warning", "[0].action")]
    assert "may ignore `string_like`" in message("ListApi", grant)


@pytest.mark.parametrize(
    "statement",
    [
        deny("sms:DescribeAppList", "*"),
        deny("im:RemoveUser", APP_1),
        allow("sms:DescribeAppList", "qcs::sms:::app/1"),
        allow("sms:DescribeAppList", **holding("ip_not_equal", "qcs:ip", "10.0.0.1")),
        allow("sms:DescribeAppList", **holding("for_any_value:string_equal", "qcs:resource_tag", "a&b")),
        deny("sms:DescribeSmsSignList", "qcs::sms:::app/1"),
    ],
)
def test_what_a_list_api_follows_is_not_reported(statement):
    assert found("ListApi", statement) == []
