"""Parameters as JSON, and as flat names of forms and query strings."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential

from authz.doors.api3.errors import ApiError
from authz.doors.api3.parameters import MOST_PARAMETERS, flat, from_json, nested

NAMES = st.from_regex(r"[A-Z][A-Za-z]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_the_sdk_flattens_is_read_back(parameters):
    flattened = AbstractClient(Credential("a", "b"), "")._format_params(None, parameters)
    assert nested(flat(urlencode(flattened))) == parameters


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_json_is_read_as_it_is(parameters):
    assert from_json(json.dumps(parameters).encode()) == parameters


def test_an_empty_body_and_an_empty_query_have_no_parameters():
    assert from_json(b"") == {}
    assert nested(flat("")) == {}


def test_items_of_a_list_are_in_the_order_of_their_numbers():
    pairs = [(f"P.{index}", str(index)) for index in (10, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3)]
    assert nested(pairs) == {"P": [str(index) for index in range(11)]}


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"a"', b"1", b"{", b'{"A":1,"A":2}', b'{"A":NaN}', b"\xff", b'{"A":' + b"[" * 100 + b"]" * 100 + b"}"],
)
def test_a_body_that_is_not_a_json_object_is_refused(body):
    assert code_of(from_json, body) == "InvalidParameter"


@pytest.mark.parametrize(
    "text", ["A", "A=1&A=2", "A=%ff", "A=1&&B=2", "&".join(f"A{i}=1" for i in range(MOST_PARAMETERS + 1))]
)
def test_a_malformed_form_is_refused(text):
    assert code_of(flat, text) == "InvalidParameter"


@pytest.mark.parametrize(
    "names",
    [
        ("A", "A.0"),
        ("A.0", "A"),
        ("A.0", "A.2"),
        ("A.1",),
        ("A..0",),
        (".A",),
        ("A.",),
        ("A.0.B.0.C.0.D.0.E",),
    ],
)
def test_names_that_contradict_each_other_are_refused(names):
    assert code_of(nested, [(name, "x") for name in names]) == "InvalidParameter"


def code_of(call, argument):
    with pytest.raises(ApiError) as caught:
        call(argument)
    return caught.value.code
