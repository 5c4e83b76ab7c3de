"""Each syntax error of a JSON text is reported once, with its place, its cause and what to write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import InvalidPolicyError, MalformedTextError
from authz.language.json_fault import find_json_fault
from authz.language.json_text import read_json
from authz.language.parse import parse_policy
from tests import strategies
from tests.builders import attempt
from tests.cases import published


def fault(text):
    """Line, column and cause."""
    with pytest.raises(MalformedTextError) as caught:
        read_json(text)
    error = caught.value
    return error.line, error.column, str(error).removeprefix("not valid JSON: ")


@pytest.mark.parametrize(
    ("text", "line", "column", "cause", "cure"),
    [
        ("\ufeff{}", 1, 1, "byte order mark", "save the file as UTF-8 without it"),
        ('{"a": 1,\ufeff\n"b": 2}', 1, 9, "byte order mark", "delete it"),
        ('{\n  // why\n  "a": 1}', 2, 3, "no comments", "begins with `//`"),
        ('{"a": 1 // why\n}', 1, 9, "no comments", "begins with `//`"),
        ('{"a": 1, // why\n "b": 2}', 1, 10, "no comments", "begins with `//`"),
        ('{"a": // why\n 1}', 1, 7, "no comments", "begins with `//`"),
        ('{"a" // why\n : 1}', 1, 6, "no comments", "begins with `//`"),
        ("[1] // why", 1, 5, "no comments", "begins with `//`"),
        ("# why\n[]", 1, 1, "no comments", "begins with `#`"),
        ('{"a": 1}\n# why', 2, 1, "no comments", "begins with `#`"),
        ("[1, /* 2, */ 3]", 1, 5, "no comments", "begins with `/*`"),
        ("<!-- why --> []", 1, 1, "no comments", "begins with `<!--`"),
        ("```json\n[]\n```", 1, 1, "a Markdown fence, which is not JSON", "delete this line"),
        ('{"a": 1,}', 1, 8, "trailing comma before `}`", "delete it"),
        ('["a",\n "b",\n]', 2, 5, "trailing comma before `]`", "delete it"),
        ('{"a": [1, 2, ], "b": 3}', 1, 12, "trailing comma before `]`", "delete it"),
        ('["a",, "b"]', 1, 6, "expected a value before this `,`", ""),
        ('{,"a": 1}', 1, 2, "expected a key in double quotes before this `,`", ""),
        ("{'a': 1}", 1, 2, "straight double quotes", "write `\"` instead of `'`"),
        ("{\"a\": 'x'}", 1, 7, "straight double quotes", "write `\"` instead of `'`"),
        ("{“a”: 1}", 1, 2, "straight double quotes", 'write `"` instead of `“`'),
        ('{"a": \u2018x\u2019}', 1, 7, "straight double quotes", 'write `"` instead of `\u2018`'),
        ('{"a": 「x」}', 1, 7, "straight double quotes", 'write `"` instead of `「`'),
        ('{"a": "x”}', 1, 11, 'expected a closing `"` before the end of the line', 'write `"` instead of `”`'),
        ('{"a": "x\n}', 1, 9, 'expected a closing `"` before the end of the line', ""),
        ('{"a": "x', 1, 9, 'expected a closing `"` before the end of the line', ""),
        ('{"a: 1}', 1, 8, 'expected a closing `"` before the end of the line', ""),
        ('{"a": "say "hi""}', 1, 13, "the string ended before this", r'as `\"`'),
        ('["\t"]', 1, 3, "unescaped control character in a string", r"write `\t`"),
        ('["\x1b[2K"]', 1, 3, "unescaped control character in a string", r"write `\u001b`"),
        (r'["\d+"]', 1, 3, r"`\d` is not a JSON escape", r"as `\\`"),
        (r'["\u12"]', 1, 3, r"is not a JSON escape", r"as `\\`"),
        ('{"a": 1 "b": 2}', 1, 9, "expected a `,` before this", ""),
        ('{"a": 1\n "b": 2}', 2, 2, "expected a `,` before this", ""),
        ('["a" "b"]', 1, 6, "expected a `,` before this", ""),
        ('{"a" 1}', 1, 6, "expected a `:` between the key and its value", ""),
        ('{"a", 1}', 1, 5, "expected a `:` between the key and its value", ""),
        ('["a": 1]', 1, 5, "a `:` may only follow a key", "write a `,` or an object in `{}`"),
        ('{"a": 1\uff0c"b": 2}', 1, 8, "full-width `\uff0c`", "write `,`"),
        ('{"a"\uff1a1}', 1, 5, "full-width `\uff1a`", "write `:`"),
        ('{"version": "2.0"、}', 1, 18, "full-width `、`", "write `,`"),
        ('{\xa0"a": 1}', 1, 2, "the character U+00A0", "delete it"),
        ('{\u3000"a": 1}', 1, 2, "the character U+3000", "delete it"),
        ('{\u200b"a": 1}', 1, 2, "the character U+200B", "delete it"),
        ('{\u202e"a": 1}', 1, 2, "the character U+202E", "delete it"),
        ("{version: 1}", 1, 2, "keys must be in double quotes", 'write `"version"`'),
        ('{"a": 1, version: 2}', 1, 10, "keys must be in double quotes", 'write `"version"`'),
        ('{"a": allow}', 1, 7, "`allow` is not a JSON value", 'write a string in double quotes: `"allow"`'),
        ("[True]", 1, 2, "`True` is not a JSON value", "write `true`"),
        ("[None]", 1, 2, "`None` is not a JSON value", "write `null`"),
        ("[undefined]", 1, 2, "`undefined` is not a JSON value", "write `null`"),
        ("[01]", 1, 2, "`01` is not a JSON number", "write plain digits"),
        ("[+1]", 1, 2, "`+1` is not a JSON number", "write plain digits"),
        ("[.5, 1]", 1, 2, "`.5` is not a JSON number", "write plain digits"),
        ("[0x1F]", 1, 2, "`0x1F` is not a JSON number", "write plain digits"),
        ("[1_000]", 1, 2, "`1_000` is not a JSON number", "write plain digits"),
        ('{"a": }', 1, 7, "expected a value before this `}`", ""),
        ('{"a": , "b": 1}', 1, 7, "expected a value before this `,`", ""),
        ('{"a": [1, 2}', 1, 12, "the `[` of line 1 is not closed", "write `]` instead of `}`"),
        ('{\n"a": {\n"b": 1\n]}', 4, 1, "the `{` of line 2 is not closed", "write `}` instead of `]`"),
        ('{"a": 1}}', 1, 9, "this `}` closes nothing", "delete it"),
        ('{"a": 1}\n{"b": 2}', 2, 1, "there is more text after the value", "a file contains one value"),
        ('{"a": [1, 2]\n', 2, 1, "the text ends before the `{` of line 1 is closed", "write `}`"),
        ('{"a":\n[1, 2', 2, 6, "the text ends before the `[` of line 2 is closed", "write `]`"),
        ("", 1, 1, "the text is empty", ""),
        (" \n ", 1, 1, "the text is empty", ""),
        ('{"effect": 1,\n "effect": 2}', 2, 2, "duplicate key `effect` at $.effect", "keep one of them"),
        ("[NaN]", 1, 2, "`NaN` is not a JSON value", ""),
    ],
)  # fmt: skip
def test_an_error_is_reported_with_its_place_its_cause_and_what_to_write(text, line, column, cause, cure):
    found = fault(text)
    assert found[:2] == (line, column), found
    assert cause in found[2]
    assert cure in found[2]


@pytest.mark.parametrize(
    "text", ["\ufeff{}", "{'a': 1}", '{"a": 1,}', '{"a": 1 // x\n}', '{"a": 1, "a": 2}', '{"a": "x']
)
def test_a_policy_has_one_finding_for_it(text):
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text, file="p.json")
    (problem,) = caught.value.problems
    assert problem.code == "InvalidParameter.PolicyDocumentError"


BROKEN = [row["file"] for row in published.index() if row["valid_json"] == "n"]


@pytest.mark.parametrize("file", BROKEN)
def test_no_published_error_is_reported_in_a_parsers_terms(file):
    assert "Expecting" not in fault(published.text_of(file))[2]


def plain_json(text):
    """What a plain JSON parser says, which checks neither constants nor half surrogate pairs."""

    def refuse(constant):
        raise ValueError(constant)

    value, refusal = attempt(ValueError, lambda: json.loads(text, parse_constant=refuse))
    return value, refusal is None


PIECES = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"', "1", "0", "-", ".", "e", "true", "null", " ", "\n", "\t", "\\", "//",
         "#", "'", "“", "x", "\xa0", "\ufeff", "\x01", "u00e9"]
    )
).map("".join)  # fmt: skip


@given(PIECES | st.text())
def test_an_error_is_found_exactly_where_the_text_is_not_json(text):
    _, is_json = plain_json(text)
    found = find_json_fault(text)
    assert (found is None) is is_json
    assert is_json or 0 <= found.offset <= len(text)


@given(strategies.json_texts_with_offsets())
def test_json_has_no_error(drawn):
    assert find_json_fault(drawn[0]) is None


@given(strategies.json_texts_with_offsets(), st.data())
def test_a_text_with_one_change_is_refused_exactly_where_it_is_not_json(drawn, data):
    text = drawn[0]
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.sampled_from([",", "}", "]", ":", '"', "'", "//", "\x01", "x"])) + text[at + 1 :]
    found = find_json_fault(changed)
    assert (found is None) is plain_json(changed)[1]


def test_a_long_text_is_read_in_one_pass_however_many_brackets_are_open():
    assert fault("[" * 40 + '"a",' * 200_000 + "]" * 40)[2].startswith("trailing comma before")
    assert "is not closed" in find_json_fault("[" * 100_000 + "}").message
