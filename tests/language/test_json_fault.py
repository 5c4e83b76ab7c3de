"""Each fault of a JSON text is told once, where it stands, by its cause and with what to write."""

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
        ("```json\n[]\n```", 1, 1, "no Markdown", "delete this line"),
        ('{"a": 1,}', 1, 8, "a comma stands before the closing `}`", "delete it"),
        ('["a",\n "b",\n]', 2, 5, "a comma stands before the closing `]`", "delete it"),
        ('{"a": [1, 2, ], "b": 3}', 1, 12, "a comma stands before the closing `]`", "delete it"),
        ('["a",, "b"]', 1, 6, "a value is missing before this `,`", ""),
        ('{,"a": 1}', 1, 2, "a key in double quotes is missing before this `,`", ""),
        ("{'a': 1}", 1, 2, "straight double quotes", "write `\"` for `'`"),
        ("{\"a\": 'x'}", 1, 7, "straight double quotes", "write `\"` for `'`"),
        ("{“a”: 1}", 1, 2, "straight double quotes", 'write `"` for `“`'),
        ('{"a": \u2018x\u2019}', 1, 7, "straight double quotes", 'write `"` for `\u2018`'),
        ('{"a": 「x」}', 1, 7, "straight double quotes", 'write `"` for `「`'),
        ('{"a": "x”}', 1, 11, 'the closing `"` is missing before this line ends', 'write `"` for `”`'),
        ('{"a": "x\n}', 1, 9, 'the closing `"` is missing before this line ends', ""),
        ('{"a": "x', 1, 9, 'the closing `"` is missing before this line ends', ""),
        ('{"a: 1}', 1, 8, 'the closing `"` is missing before this line ends', ""),
        ('{"a": "say "hi""}', 1, 13, "a text has just ended", r'is written `\"`'),
        ('["\t"]', 1, 3, "a control character stands inside a text", r"write `\t`"),
        ('["\x1b[2K"]', 1, 3, "a control character stands inside a text", r"write `\u001b`"),
        (r'["\d+"]', 1, 3, r"`\d` is no escape of JSON", r"is written `\\`"),
        (r'["\u12"]', 1, 3, r"is no escape of JSON", r"is written `\\`"),
        ('{"a": 1 "b": 2}', 1, 9, "a `,` is missing before this", ""),
        ('{"a": 1\n "b": 2}', 2, 2, "a `,` is missing before this", ""),
        ('["a" "b"]', 1, 6, "a `,` is missing before this", ""),
        ('{"a" 1}', 1, 6, "a `:` is missing before this", ""),
        ('{"a", 1}', 1, 5, "a `:` is missing before this", ""),
        ('["a": 1]', 1, 5, "a `:` stands behind a key only", "write a `,` or an object in `{}`"),
        ('{"a": 1\uff0c"b": 2}', 1, 8, "wide `\uff0c`", "write `,`"),
        ('{"a"\uff1a1}', 1, 5, "wide `\uff1a`", "write `:`"),
        ('{"version": "2.0"、}', 1, 18, "wide `、`", "write `,`"),
        ('{\xa0"a": 1}', 1, 2, "the character U+00A0", "delete it"),
        ('{\u3000"a": 1}', 1, 2, "the character U+3000", "delete it"),
        ('{\u200b"a": 1}', 1, 2, "the character U+200B", "delete it"),
        ('{\u202e"a": 1}', 1, 2, "the character U+202E", "delete it"),
        ("{version: 1}", 1, 2, "keys stand in double quotes", 'write `"version"`'),
        ('{"a": 1, version: 2}', 1, 10, "keys stand in double quotes", 'write `"version"`'),
        ('{"a": allow}', 1, 7, "`allow` is not a JSON value", 'write a text in double quotes, `"allow"`'),
        ("[True]", 1, 2, "`True` is not a JSON value", "write `true`"),
        ("[None]", 1, 2, "`None` is not a JSON value", "write `null`"),
        ("[undefined]", 1, 2, "`undefined` is not a JSON value", "write `null`"),
        ("[01]", 1, 2, "`01` is not a JSON number", "write plain digits"),
        ("[+1]", 1, 2, "`+1` is not a JSON number", "write plain digits"),
        ("[.5, 1]", 1, 2, "`.5` is not a JSON number", "write plain digits"),
        ("[0x1F]", 1, 2, "`0x1F` is not a JSON number", "write plain digits"),
        ("[1_000]", 1, 2, "`1_000` is not a JSON number", "write plain digits"),
        ('{"a": }', 1, 7, "a value is missing before this `}`", ""),
        ('{"a": , "b": 1}', 1, 7, "a value is missing before this `,`", ""),
        ('{"a": [1, 2}', 1, 12, "the `[` of line 1 is still open", "write `]` for `}`"),
        ('{\n"a": {\n"b": 1\n]}', 4, 1, "the `{` of line 2 is still open", "write `}` for `]`"),
        ('{"a": 1}}', 1, 9, "this `}` closes nothing", "delete it"),
        ('{"a": 1}\n{"b": 2}', 2, 1, "goes on behind its end", "one file holds one value"),
        ('{"a": [1, 2]\n', 2, 1, "the text ends before the `{` of line 1 is closed", "write `}`"),
        ('{"a":\n[1, 2', 2, 6, "the text ends before the `[` of line 2 is closed", "write `]`"),
        ("", 1, 1, "the text is empty", ""),
        (" \n ", 1, 1, "the text is empty", ""),
        ('{"effect": 1,\n "effect": 2}', 2, 2, "duplicate key `effect` at $.effect", "keep one of them"),
        ("[NaN]", 1, 2, "`NaN` is not a JSON value", ""),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_its_cause_and_what_to_write(text, line, column, cause, cure):
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
def test_no_published_fault_is_told_in_the_words_of_a_parser(file):
    assert "Expecting" not in fault(published.text_of(file))[2]


def plain_json(text):
    """What any parser of JSON says, which takes neither constants nor halves of surrogate pairs for its business."""

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
def test_a_fault_is_found_just_where_there_is_no_json(text):
    _, is_json = plain_json(text)
    found = find_json_fault(text)
    assert (found is None) is is_json
    assert is_json or 0 <= found.offset <= len(text)


@given(strategies.json_texts_with_offsets())
def test_json_has_no_fault(drawn):
    assert find_json_fault(drawn[0]) is None


@given(strategies.json_texts_with_offsets(), st.data())
def test_a_text_with_one_change_is_refused_in_words_of_ours(drawn, data):
    text = drawn[0]
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.sampled_from([",", "}", "]", ":", '"', "'", "//", "\x01", "x"])) + text[at + 1 :]
    found = find_json_fault(changed)
    assert (found is None) is plain_json(changed)[1]


def test_a_long_text_is_read_in_one_pass_whatever_is_open():
    assert fault("[" * 40 + '"a",' * 200_000 + "]" * 40)[2].startswith("a comma stands before")
    assert "is still open" in find_json_fault("[" * 100_000 + "}").message
