import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import MalformedTextError
from authz.sources.yaml_text import read_yaml
from tests import strategies
from tests.builders import attempt


def refused(text):
    with pytest.raises(MalformedTextError) as caught:
        read_yaml(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -12", {"a": -12}),
        ("a: true\nb: false", {"a": True, "b": False}),
        ("a: null\nb: ~\nc:", {"a": None, "b": None, "c": None}),
        ("a: text", {"a": "text"}),
        ("- a\n- [b, c]", ["a", ["b", "c"]]),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("# only a comment\n", None),
        ("", None),
    ],
)
def test_plain_values_mean_what_json_makes_of_them(text, value):
    assert read_yaml(text).value == value


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "no",
        "on",
        "off",
        "True",
        "NULL",
        "2.0",
        "1e3",
        "0123",
        "0x1f",
        "0o17",
        "1_000",
        "+1",
        "12:30:45",
        "2024-09-09",
    ],
)
def test_the_surprises_of_yaml_are_plain_text(word):
    assert read_yaml(f"a: {word}").value == {"a": word}


@pytest.mark.parametrize("text", ["'1'", '"true"', "'null'", '""'])
def test_what_is_quoted_is_text(text):
    assert read_yaml(f"a: {text}").value == {"a": text[1:-1]}


def test_a_key_is_always_text():
    assert read_yaml("1: a\ntrue: b\n~: c").value == {"1": "a", "true": "b", "~": "c"}


@given(strategies.json_values)
def test_a_json_text_means_the_same_read_as_yaml(value):
    assert read_yaml(json.dumps(value, ensure_ascii=False)).value == value


@given(st.text("ab:-[]{},#&*!|>'\"%@ \n\t\x00é1?", max_size=30))
def test_arbitrary_text_is_yaml_or_malformed_with_a_place(text):
    _, refusal = attempt(MalformedTextError, lambda: read_yaml(text))
    assert refusal is None or min(refusal.line, refusal.column) >= 1


def test_every_value_is_found_where_it_stands():
    located = read_yaml("account: '1'\nusers:\n  - uin: 2\n    policies: [a,\n      b]\n")
    assert located.find(()) == (1, 1)
    assert located.find(("users",)) == (2, 1)
    assert located.find(("users", 0)) == (3, 5)
    assert located.find(("users", 0, "uin")) == (3, 5)
    assert located.find(("users", 0, "policies", 1)) == (5, 7)


def test_an_unknown_path_is_answered_with_the_nearest_enclosing_value():
    located = read_yaml("a:\n  b: 1\n")
    assert located.find(("a", "c")) == (1, 1)
    assert located.find(("a", "b", 7)) == (2, 3)


@pytest.mark.parametrize(("text", "place"), [("a: [1\nb: 2", (2, 2)), ("a: b: c", (1, 5)), ("a:\n\t- b", (2, 1))])
def test_a_syntax_error_is_told_with_its_place(text, place):
    error = refused(text)
    assert "not valid YAML" in str(error)
    assert (error.line, error.column) == place


@pytest.mark.parametrize(
    ("text", "path"), [("a: 1\na: 2", "$.a"), ("x:\n  - {a: 1, a: 2}", "$.x[0].a"), ("1: a\n'1': b", "$.1")]
)
def test_a_duplicate_key_is_refused(text, path):
    assert f"at {path}" in str(refused(text))


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x", "a: &x {k: v}\nb: *x", "&x a: *x", "a: &x b\nc: *x", "a: &x [*x]"]
)
def test_aliases_are_refused(text):
    assert "alias" in str(refused(text))


@pytest.mark.parametrize(
    "text",
    [
        "a: !foo b",
        "a: !foo [b]",
        "a: !foo {b: c}",
        "a: !foo 'b'",
        "!foo a: b",
        "a: !!set {b}",
        "a: !!binary YQ==",
        "a: !!python/object:os.system x",
    ],
)
def test_tags_are_refused(text):
    assert "tag" in str(refused(text))


@pytest.mark.parametrize("text", ["? [a]\n: b", "? {a: b}\n: c"])
def test_a_key_that_is_no_text_is_refused(text):
    assert "a key must be a string" in str(refused(text))


def test_a_second_document_is_refused():
    assert "another document" in str(refused("a: 1\n---\nb: 2"))


@pytest.mark.parametrize("text", ["a: \x00", "a: \x07"])
def test_characters_that_yaml_does_not_know_are_refused(text):
    assert "not valid YAML" in str(refused(text))


def test_fifty_levels_may_be_nested_and_not_one_more():
    assert read_yaml("[" * 50 + "]" * 50).value
    assert "nested too deeply" in str(refused("[" * 51 + "]" * 51))


@pytest.mark.parametrize("text", ["'[' * {n}", "'[' * {n} + ']' * {n}", "'{{a: ' * {n}", "'- ' * {n}"])
def test_absurd_nesting_is_refused_and_does_not_end_the_process(text):
    program = (
        "from authz.errors import MalformedTextError\n"
        "from authz.sources.yaml_text import read_yaml\n"
        f"try: read_yaml({text.format(n=100_000)})\n"
        "except MalformedTextError: print('refused')\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (0, "refused\n")


def test_nul_and_half_a_surrogate_pair_are_refused_as_in_json():
    error = refused('a: 1\nb: "x\\0y"')
    assert ("contains NUL" in str(error), error.line, error.column) == (True, 2, 4)
    error = refused("a: 1\nb: \ud800")
    assert ("surrogate" in str(error), error.line, error.column) == (True, 2, 4)
