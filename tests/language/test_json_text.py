import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import MalformedTextError
from authz.language.json_text import read_json
from tests import strategies
from tests.builders import attempt


def refused(text):
    with pytest.raises(MalformedTextError) as caught:
        read_json(text)
    return caught.value


def line_and_column(text, offset):
    before = text[:offset].split("\n")
    return len(before), len(before[-1]) + 1


@given(strategies.json_texts_with_offsets())
def test_every_value_is_found_at_its_place(drawn):
    text, offsets = drawn
    located = read_json(text)
    assert {path: located.find(path) for path in offsets} == {
        path: line_and_column(text, offset) for path, offset in offsets.items()
    }


@given(strategies.json_texts_with_offsets())
def test_strict_reading_gives_the_value_that_any_json_parser_gives(drawn):
    text, _ = drawn
    assert read_json(text).value == json.loads(text)


@given(strategies.json_texts_with_offsets())
def test_the_length_counts_every_character_but_blanks(drawn):
    text, _ = drawn
    assert read_json(text).text_length == sum(char not in " \t\r\n" for char in text)


@given(st.text())
def test_arbitrary_text_is_json_or_malformed(text):
    _, refusal = attempt(MalformedTextError, lambda: read_json(text))
    assert refusal is None or 1 <= refusal.line <= text.count("\n") + 1
    assert refusal is None or refusal.column >= 1


def test_an_unknown_path_is_answered_with_the_nearest_enclosing_value():
    located = read_json('{"a":\n {"b":\n  [1]}}')
    assert located.find(("a", "b", 7, "c")) == (2, 3)
    assert located.find(("a", "x")) == (1, 2)
    assert located.find(("x",)) == (1, 1)


def test_a_syntax_error_has_its_place():
    error = refused('{"a": 1,\n "b" 2}')
    assert (error.line, error.column) == (2, 6)


@pytest.mark.parametrize(
    ("text", "place", "path"),
    [
        ('{"a": 1, "a": 1}', (1, 10), "$.a"),
        ('{"a": [{"b": 1,\n "c": 2,\n "b": 3}]}', (3, 2), "$.a[0].b"),
        ('{"a": {"x": 1}, "a": {"x": 1}}', (1, 17), "$.a"),
        ('{"a": 1, "\\u0061": 2}', (1, 10), "$.a"),
    ],
)
def test_a_duplicate_key_is_refused_at_its_second_place(text, place, path):
    error = refused(text)
    assert (error.line, error.column) == place
    assert f"at {path}" in str(error)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_constants_that_json_does_not_know_are_refused(text):
    assert "not valid JSON" in str(refused(text))


@pytest.mark.parametrize("text", ['["a\\u0000b"]', '{"\\u0000": 1}', '["\\ud800"]', '["\\udc00\\ud800"]'])
def test_nul_and_half_a_surrogate_pair_are_refused(text):
    assert "contains NUL or half a surrogate pair" in str(refused(text))


def test_half_a_surrogate_pair_is_refused_even_when_it_is_not_escaped():
    assert "surrogate" in str(refused('["\ud800"]'))


def test_the_place_of_a_bad_character_is_that_of_its_string():
    error = refused('["good",\n "\\ud83d\\ude00",\n  "\\ud83d"]')
    assert (error.line, error.column) == (3, 3)


def test_a_whole_surrogate_pair_is_one_character():
    assert read_json('["\\ud83d\\ude00"]').value == ["\U0001f600"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_absurd_nesting_is_refused(text):
    assert "nested too deeply" in str(refused(text))


def test_a_number_of_absurd_length_is_refused():
    assert "not valid JSON" in str(refused("1" * 10_000))


@pytest.mark.parametrize(
    "text", ['{"a": 1,}', "{'a': 1}", '{"a": 1} // x', "[01]", '["\t"]', "", "[1] [2]", "\ufeff[]"]
)
def test_extensions_of_json_are_refused(text):
    assert "not valid JSON" in str(refused(text))
