import pytest

from authz.language.condition import OPERATORS, Operator, Qualifier, parse_operator
from authz.language.report import Refusal

PUBLISHED = [  # cam-language 2.1
    "string_equal",
    "string_not_equal",
    "string_equal_ignore_case",
    "string_not_equal_ignore_case",
    "string_like",
    "string_not_like",
    "numeric_equal",
    "numeric_not_equal",
    "numeric_less_than",
    "numeric_less_than_equal",
    "numeric_greater_than",
    "numeric_greater_than_equal",
    "date_equal",
    "date_not_equal",
    "date_less_than",
    "date_less_than_equal",
    "date_greater_than",
    "date_greater_than_equal",
    "bool_equal",
    "binary_equal",
    "ip_equal",
    "ip_not_equal",
    "null_equal",
]


def test_the_operators_are_those_of_the_documentation():
    assert set(PUBLISHED) == set(OPERATORS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_operator_is_read(name):
    assert parse_operator(name) == Operator(name)


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "null_equal"])
def test_every_operator_but_null_equal_takes_the_suffix(name):
    # cam-language 2.1: `<op>_if_exist`: any except null_equal
    assert parse_operator(f"{name}_if_exist") == Operator(name, if_exist=True)


def test_null_equal_takes_no_suffix():
    with pytest.raises(Refusal):
        parse_operator("null_equal_if_exist")


@pytest.mark.parametrize("qualifier", [Qualifier.ANY_VALUE, Qualifier.ALL_VALUES])
def test_a_set_qualifier_combines_with_the_suffix(qualifier):
    # cam-language 2.1: `for_all_value:string_equal_if_exist` is published
    text = f"{qualifier.value}:string_equal_if_exist"
    assert parse_operator(text) == Operator("string_equal", qualifier, if_exist=True)


def test_stray_blanks_around_an_operator_are_trimmed():
    # cam-language 2.1: `" date_less_than "` is printed so
    assert parse_operator(" date_less_than ") == Operator("date_less_than")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "string_equals",
        "Ip_equal",
        "STRING_EQUAL",
        "string__equal",
        "string_equal_if_exists",
        "string_equal_if_exist_if_exist",
        "if_exist",
        "_if_exist",
        "for_any_value",
        "for_any_value:",
        "for_some_value:string_equal",
        "for_any_value: string_equal",
        "for_any_value:for_all_value:string_equal",
        "bool_not_equal",
        "qcs_equal",
        "arn_like",
    ],
)
def test_text_that_is_not_an_operator_is_refused(text):
    # cam-language 2.1 and 8.10: ConditionTypeError, refused at load
    with pytest.raises(Refusal) as caught:
        parse_operator(text)
    assert caught.value.code == "InvalidParameter.ConditionTypeError"
    assert f"`{text}`" in caught.value.message


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("string_equals", "string_equal"),
        ("StringEquals", "string_equal"),
        ("StringNotEqualsIfExists", "string_not_equal_if_exist"),
        ("ForAnyValue:StringLike", "for_any_value:string_like"),
        ("for_all_values:string_equal", "for_all_value:string_equal"),
        ("IpAddress", "ip_equal"),
        ("NotIpAddress", "ip_not_equal"),
        ("Ip_equal", "ip_equal"),
        ("DateLessThanEquals", "date_less_than_equal"),
        ("Bool", "bool_equal"),
        ("Null", "null_equal"),
        ("null_equal_if_exist", "null_equal"),
        ("date less than", "date_less_than"),
    ],
)
def test_an_operator_that_is_not_known_is_answered_with_the_intended_one(text, meant):
    with pytest.raises(Refusal) as refusal:
        parse_operator(text)
    assert refusal.value.message == f"unknown condition operator `{text}`; did you mean `{meant}`?"
    parse_operator(meant)


def test_an_operator_without_a_similar_name_is_refused_without_advice():
    with pytest.raises(Refusal) as refusal:
        parse_operator("weather_is")
    assert refusal.value.message == "unknown condition operator `weather_is`"
