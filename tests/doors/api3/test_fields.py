"""Request fields are read by their declared types, from JSON and from text."""

import pytest

from authz.control.names import Tag
from authz.doors.api3 import fields
from authz.doors.api3.errors import ApiError
from authz.doors.api3.fields import Field, list_of, optional, read_fields, required, structure

TAGS = list_of(structure(Tag, required("Key", fields.text), required("Value", fields.text)))


@pytest.mark.parametrize(
    ("read", "given", "value"),
    [
        (fields.text, "a", "a"),
        (fields.text, "", ""),
        (fields.integer, 5, 5),
        (fields.integer, "5", 5),
        (fields.integer, "-5", -5),
        (fields.digits, 100001, "100001"),
        (fields.digits, "0100001", "100001"),
        (fields.flag, 1, True),
        (fields.flag, "0", False),
        (fields.flag, True, True),
        (fields.boolean, True, True),
        (fields.boolean, "true", True),
        (fields.boolean, "False", False),
        (fields.boolean, 0, False),
        (fields.boolean, "1", True),
        (list_of(fields.integer), ["1", 2], (1, 2)),
        (TAGS, [{"Key": "k", "Value": "v"}], (Tag("k", "v"),)),
    ],
)
def test_a_value_is_read(read, given, value):
    assert read(given, "F") == value


@pytest.mark.parametrize(
    ("read", "given", "place"),
    [
        (fields.text, 5, "F"),
        (fields.text, ["a"], "F"),
        (fields.integer, "five", "F"),
        (fields.integer, "5.0", "F"),
        (fields.integer, 5.0, "F"),
        (fields.integer, True, "F"),
        (fields.integer, "", "F"),
        (fields.integer, "\N{FULLWIDTH DIGIT NINE}", "F"),
        (fields.integer, "1" * 21, "F"),
        (fields.digits, -1, "F"),
        (fields.flag, 2, "F"),
        (fields.flag, "true", "F"),
        (fields.boolean, "yes", "F"),
        (fields.boolean, 2, "F"),
        (fields.boolean, [], "F"),
        (list_of(fields.integer), "1", "F"),
        (list_of(fields.integer), [1, "x"], "F.1"),
        (list_of(fields.integer), [1] * 1001, "F"),
        (TAGS, [["k", "v"]], "F.0"),
        (TAGS, [{"Key": "k", "Value": 5}], "F.0.Value"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_place(read, given, place):
    with pytest.raises(ApiError, match=f"`{place}` is malformed; expected") as caught:
        read(given, "F")
    assert caught.value.code == "InvalidParameterValue"


def test_fields_become_keywords_and_absent_ones_are_not_passed():
    declared = (required("PolicyId", fields.integer), optional("UseApi", fields.flag), optional("Rp", fields.integer))
    assert read_fields(declared, {"PolicyId": "7", "UseApi": None}) == {"policy_id": 7}


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("PolicyId", "policy_id"),
        ("Rp", "rp"),
        ("AttachUin", "attach_uin"),
        ("FilterSubAccountUin", "filter_sub_account_uin"),
    ],
)
def test_the_keyword_is_the_name_in_snake_case(name, keyword):
    assert Field(name, fields.text).parameter == keyword


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({}, "MissingParameter", "`A` is missing"),
        ({"A": None}, "MissingParameter", "`A` is missing"),
        ({"A": "x", "a": "y"}, "UnknownParameter", "`a` is not a parameter of this action"),
    ],
)
def test_missing_and_unknown_fields_are_refused(given, code, message):
    with pytest.raises(ApiError) as caught:
        read_fields((required("A", fields.text),), given)
    assert (caught.value.code, str(caught.value)) == (code, message)


def test_fields_of_structures_are_named_with_their_place():
    with pytest.raises(ApiError, match=r"`Tags\.1\.Value` is missing"):
        TAGS([{"Key": "a", "Value": "b"}, {"Key": "c"}], "Tags")
    with pytest.raises(ApiError, match=r"`Tags\.0\.Other` is not a parameter"):
        TAGS([{"Key": "a", "Value": "b", "Other": 1}], "Tags")
