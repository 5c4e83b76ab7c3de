import pytest
from hypothesis import given

from authz.language.report import Refusal
from authz.language.variables import Variable, parse_template
from tests import strategies

VALUES = {Variable.UIN: "100001", Variable.OWNER_UIN: "12345678", Variable.APP_ID: "1250000000"}


def bound(text, values=VALUES):
    return parse_template(text, "Code").bind(values)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        # cam-language 3, one row each
        ("${uin}", "100001"),
        ("${owner_uin}", "12345678"),
        ("${app_id}", "1250000000"),
        ("a/${uin}/b/${uin}${app_id}", "a/100001/b/1000011250000000"),
    ],
)
def test_a_variable_is_replaced_by_its_value(text, meaning):
    assert bound(text).pieces == (meaning,)


def test_a_star_beside_a_variable_stays_a_wildcard():
    assert bound("queue/${uin}/*").matches("queue/100001/anything")
    assert not bound("queue/${uin}/*").matches("queue/100002/anything")


def test_a_star_inside_a_value_is_data_and_no_wildcard():
    # cam-language 3: expanded text is data: a `*` inside it must stay literal
    pattern = bound("a/${uin}", {Variable.UIN: "*"})
    assert pattern.matches("a/*")
    assert not pattern.matches("a/100001")


def test_a_value_that_looks_like_a_variable_is_not_expanded_again():
    assert bound("${uin}", {Variable.UIN: "${app_id}"}).pieces == ("${app_id}",)


def test_a_variable_without_a_value_leaves_no_pattern():
    assert bound("a/${app_id}", {Variable.UIN: "100001"}) is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a/${uin}/b", ("a/", "/b")),
        ("${uin}", ("", "")),
        ("${owner_uin}/${uin}*", ("12345678/", "", "")),
        ("a/${owner_uin}/*", ("a/12345678/", "")),
        ("plain", ("plain",)),
    ],
)
def test_a_variable_without_a_value_may_be_any_text(text, pieces):
    assert parse_template(text, "Code").bind_open({Variable.OWNER_UIN: "12345678"}).pieces == pieces


def test_stars_of_a_document_may_be_characters_beside_an_open_variable():
    assert parse_template("a*${uin}*", "Code").bind_open({}, stars=False).pieces == ("a*", "*")


def test_the_variables_of_a_template_are_listed():
    assert parse_template("${uin}/x/${app_id}", "Code").variables == {Variable.UIN, Variable.APP_ID}


@pytest.mark.parametrize("name", ["", "UIN", " uin", "uin*", "productID*", "qcs:principal_tag_key", "user"])
def test_an_unknown_variable_is_refused_with_the_code_of_its_place(name):
    # cam-language 3: unknown variable: refuse at validation
    with pytest.raises(Refusal) as caught:
        parse_template(f"a/${{{name}}}", "InvalidParameter.ResourceContentError")
    assert caught.value.code == "InvalidParameter.ResourceContentError"
    assert f"`${{{name}}}`" in caught.value.message


@pytest.mark.parametrize("text", ["{$EnvId}", "$uin", "${uin", "uin}", "$ {uin}", "", "$"])
def test_what_only_looks_like_a_variable_is_literal_text(text):
    # cam-language 3: editor placeholders are not variables
    assert bound(text).pieces == (text,)


@pytest.mark.parametrize("text", ["${uin}", "a/${uin}/*", "plain", "", "*${owner_uin}*"])
def test_a_template_is_shown_as_it_was_written(text):
    assert str(parse_template(text, "Code")) == text


@given(strategies.pattern_texts)
def test_a_template_without_variables_is_the_pattern_of_its_text(text):
    assert str(bound(text, {})) == text
