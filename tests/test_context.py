"""Which keys share values, and what values are taken: said once, for the engine, its cache, lists and clients."""

import array
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.context import canonical_key, key_family, read_context_values, read_values, tag_key


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("qcs:resource_tag", ("qcs:resource_tag", "")),
        ("qcs:request_tag", ("qcs:request_tag", "")),
        ("qcs:resource_tag/dept", ("qcs:resource_tag", "dept")),
        ("qcs:request_tag/a/b", ("qcs:request_tag", "a/b")),
        ("qcs:tag", ("qcs:resource_tag", "")),
        ("qcs:tag/dept", ("qcs:resource_tag", "dept")),
        (" qcs:resource_tag/dept ", ("qcs:resource_tag", "dept")),
        ("qcs:resource_tag/", ("qcs:resource_tag", "")),  # no tag is named
    ],
)
def test_tag_keys_are_the_bare_keys_and_those_behind_a_slash(key, meaning):
    # cam-language 2.4
    assert tag_key(key) == meaning
    assert key_family(key) == meaning[0]


@pytest.mark.parametrize(
    "key",
    [
        "qcs:resource_tags",
        "qcs:resource_tags/dept",
        "qcs:resource_tag&dept",
        "qcs:resource_tag /dept",
        "qcs:resource_ta",
        "QCS:resource_tag",
        "qcs:tags",
        "qcs:tagged/dept",
        "qcs:request_tagged",
        "qcs:current_time",
        "",
    ],
)
def test_what_only_begins_like_a_tag_key_is_a_key_like_others(key):
    assert tag_key(key) is None
    assert key_family(key) == key


def test_a_key_has_its_current_name_and_no_surrounding_blanks():
    assert canonical_key(" qcs:tag/dept") == "qcs:resource_tag/dept"
    assert canonical_key(" qcs: ip ") == "qcs: ip"


class Environment(StrEnum):
    PROD = "prod"


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ("prod", ("prod",)),
        ("", ("",)),
        (Environment.PROD, ("prod",)),
        ("\u90e8\u95e8", ("\u90e8\u95e8",)),
        (["b", "a"], ("b", "a")),
        (("b", "a", "b"), ("b", "a", "b")),
        ({"b", "a"}, ("a", "b")),
        (frozenset("ab"), ("a", "b")),
        ([], ()),
    ],
)
def test_a_text_is_one_value_and_a_list_tuple_or_set_of_texts_is_as_many(values, read):
    assert read_values("k", values) == read


NO_VALUES = [
    b"prod",
    bytearray(b"prod"),
    memoryview(b"prod"),
    b"",
    array.array("b", b"prod"),
    7,
    0,
    1.5,
    True,
    None,
    {"dept": "ops"},
    {},
    iter(["prod"]),
    {"dept": "ops"}.values(),
    object(),
    "\ud800",
    ["prod", b"prod"],
    ["prod", None],
    [["prod"]],
    ("prod", 7),
    {7},
    ["\udfff"],
]


@pytest.mark.parametrize(
    "values", NO_VALUES, ids=lambda values: f"{type(values).__name__} {values!r}".partition(" at 0x")[0]
)
def test_all_else_is_an_error_that_names_the_key(values):
    with pytest.raises(TypeError, match=r"`im:env`.*; expected a string, or a list, tuple or set of strings"):
        read_values("im:env", values)
    with pytest.raises(TypeError, match="`im:env`"):
        read_context_values({"qcs:ip": "10.0.0.1", "im:env": values})


@pytest.mark.parametrize("context", [[], [("k", "v")], "k", 7, {"k"}], ids=repr)
def test_a_context_is_a_mapping(context):
    with pytest.raises(TypeError, match="expected a mapping of condition keys to their values"):
        read_context_values(context)


@pytest.mark.parametrize("key", [7, None, b"k", "\ud800"], ids=repr)
def test_a_condition_key_is_a_text(key):
    with pytest.raises(TypeError, match=r"the condition key .*; expected a string"):
        read_context_values({key: "v"})


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_reading_values_again_gives_the_same_values(context):
    try:
        read = read_context_values(context)
    except TypeError:
        return
    assert read_context_values(read) == read


def test_no_context_has_no_keys():
    assert read_context_values(None) == read_context_values({}) == {}
