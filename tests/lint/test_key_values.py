import pytest

from tests.builders import APP_1, allow, deny
from tests.lint.linting import findings, found, message

AT = "[0].condition."


def on(operator, key, *values, effect=allow):
    return effect("im:RemoveUser", APP_1, condition={operator: {key: list(values)}})


# Operators of another type ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "key", "value", "right"),
    [
        ("string_equal", "qcs:ip", "10.0.0.0/8", "ip_equal"),
        ("string_not_equal_if_exist", "qcs:ip", "10.0.0.1", "ip_not_equal_if_exist"),
        ("string_equal_ignore_case", "qcs:ip", "10.0.0.1", "ip_equal"),
        ("string_like", "qcs:ip", "10.0.*", "ip_equal` with an address or a CIDR block"),
        ("numeric_equal", "qcs:ip", "10", "ip_equal` with an address or a CIDR block"),
        ("ip_equal", "qcs:current_time", "10.0.0.1", "date_equal` with a time such as `2026-01-31T08:00:00Z`"),
        ("string_equal", "qcs:current_time", "2026-01-01T00:00:00Z", "date_equal"),
        ("numeric_less_than", "qcs:current_time", "1750000000", "date_less_than` with a time such as"),
        ("string_equal", "qcs:mfa", "true", "bool_equal"),
        ("numeric_equal", "qcs:mfa", "0", "bool_equal` with `true` or `false`"),
        ("numeric_equal", "qcs:resource_tag", "3", "for_any_value:string_equal"),
        ("numeric_not_equal", "qcs:request_tag", "3", "for_all_value:string_not_equal"),
        ("ip_equal", "qcs:uin", "10.0.0.1", "string_equal"),
        ("bool_equal", "qcs:vpc", "true", "string_equal"),
    ],
)
def test_an_operator_of_another_type_is_answered_with_the_one_of_the_keys_type(operator, key, value, right):
    # 598/10608: the operators of each general key
    assert found("OperatorType", on(operator, key, value)) == [("warning", f"{AT}{operator}.{key}")]
    assert f"; write `{right}" in message("OperatorType", on(operator, key, value))


def test_the_consequence_is_reported():
    unread = [on("date_equal", "qcs:ip", "2026-01-01T00:00:00Z", effect=effect) for effect in (allow, deny)]
    assert "this allow never applies" in message("OperatorType", unread[0])
    assert "this deny applies to every value" in message("OperatorType", unread[1])
    assert "as text, character by character" in message("OperatorType", on("string_equal", "qcs:ip", "10.0.0.0/8"))


def test_numbers_that_are_compared_as_such_are_a_note():
    assert found("OperatorType", on("numeric_equal", "qcs:uin", "100001")) == [("note", f"{AT}numeric_equal.qcs:uin")]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ip_not_equal", "qcs:ip", "10.0.0.0/8"),
        ("date_less_than", "qcs:current_time", "2026-01-01T00:00:00Z"),
        ("bool_equal", "qcs:mfa", "true"),
        ("string_like", "qcs:vpc", "vpc-*"),
        ("null_equal", "qcs:ip", "true"),
        ("for_any_value:string_equal", "qcs:resource_tag", "dept&ops"),
        ("string_equal", "mfa", "0"),
        ("numeric_equal", "mfa", "0"),
        ("numeric_less_than", "cos:content-length", "10"),
    ],
)
def test_an_operator_of_the_keys_type_is_fine(operator, key, value):
    assert findings(on(operator, key, value)) == ()


# Tags ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "right"),
    [("dept", "dept&<value>"), ("dept:ops", "dept&ops"), ("dept=ops", "dept&ops"), ("${uin}", "${uin}&<value>")],
)
def test_a_tag_without_its_value_is_reported(value, right):
    # 598/10608: tags are `key&value`
    grant = on("for_any_value:string_equal", "qcs:resource_tag", value)
    assert found("TagForm", grant) == [("warning", f"{AT}for_any_value:string_equal.qcs:resource_tag[0]")]
    assert message("TagForm", grant).endswith(f"; write `{right}`")


def test_a_tag_under_its_own_key_needs_its_value_only():
    assert message("TagForm", on("string_equal", "qcs:resource_tag/dept", "dept&ops")).endswith("; write `ops`")
    assert found("TagForm", on("string_equal", "qcs:resource_tag/dept", "ops")) == []


@pytest.mark.parametrize("value", ["dept&ops", "dept&", "dept&${uin}", "${qcs:principal_tag_key}&ops"])
def test_a_whole_tag_is_fine(value):
    assert found("TagForm", on("for_any_value:string_equal", "qcs:tag", value)) == []


def test_a_pattern_may_hold_the_separator_in_its_star():
    assert found("TagForm", on("for_any_value:string_like", "qcs:resource_tag", "dept*")) == []
    assert len(found("TagForm", on("for_any_value:string_like", "qcs:resource_tag", "dept"))) == 1


@pytest.mark.parametrize(
    ("operator", "effect", "outcome"),
    [
        ("for_any_value:string_equal", allow, "this allow never applies"),
        ("for_any_value:string_equal", deny, "this deny never applies"),
        (
            "for_any_value:string_equal_if_exist",
            allow,
            "with `_if_exist` this allows all requests for resources without tags",
        ),
        (
            "for_any_value:string_equal_if_exist",
            deny,
            "with `_if_exist` this denies requests for resources without tags",
        ),
        ("for_all_value:string_not_equal", allow, "this allow applies to every resource with a tag"),
        ("for_all_value:string_not_equal_if_exist", allow, "this allow applies to all resources, with or without tags"),
    ],
)
def test_the_effect_of_a_tag_that_no_resource_has_is_reported(operator, effect, outcome):
    assert outcome in message("TagForm", on(operator, "qcs:resource_tag", "dept", effect=effect))


def test_one_right_tag_among_wrong_ones_still_counts():
    some = on("for_any_value:string_equal", "qcs:resource_tag", "dept&ops", "dept")
    assert message("TagForm", some) == "no tag can match `dept` here; write `dept&<value>`"


# Conditions that say nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [("string_like_if_exist", "qcs:vpc", "*"), ("ip_equal_if_exist", "qcs:ip", "0.0.0.0/0")],
)
def test_a_condition_that_holds_for_every_request_is_reported(operator, key, value):
    assert found("NoEffect", on(operator, key, value)) == [("warning", f"{AT}{operator}.{key}")]
    assert "this holds for every request" in message("NoEffect", on(operator, key, value))


def test_a_condition_that_holds_for_no_request_is_reported():
    grant = on("string_not_like", "qcs:vpc", "*", effect=deny)
    assert "this holds for no request, so this deny never applies" in message("NoEffect", grant)


@pytest.mark.parametrize(("operator", "value"), [("string_like", "*"), ("string_not_like_if_exist", "*")])
def test_a_test_of_presence_or_absence_has_an_effect(operator, value):
    assert found("NoEffect", on(operator, "qcs:vpc", value)) == []
