"""What a terminal would obey is shown instead."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.printable import json_text, printable

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # halves of surrogate pairs too
DANGEROUS = [
    *map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)), "\u2028", "\u2029", "\ud800", "\udfff", "\ufeff",
    *"\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069", "\xa0", "\u3000", "\xad",
    "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize("char", DANGEROUS, ids=lambda char: f"{ord(char):04x}")
def test_characters_that_a_terminal_obeys_or_an_eye_misses_are_shown_by_number(char):
    shown = printable(f"a{char}b")
    assert shown.isascii()
    assert shown.isprintable()
    assert json.loads(f'"{shown}"') == f"a{char}b"


@pytest.mark.parametrize("text", ["", "plain", "部门&研发部", "naïve — “ok”", "a\\nb", "😀", "ключ"])
def test_what_can_be_printed_stays_as_it_is(text):
    assert printable(text) == text


def test_breaks_and_tabs_are_shown_by_their_short_names():
    assert printable("a\r\nb\tc\x1b[31m\u202e") == "a\\r\\nb\\tc\\u001b[31m\\u202e"


@given(ANY_TEXT)
def test_nothing_printed_breaks_a_line_or_controls_anything(text):
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode()


VALUES = st.recursive(
    ANY_TEXT | st.integers() | st.booleans() | st.none(), lambda each: st.lists(each) | st.dictionaries(ANY_TEXT, each)
)


@given(VALUES, st.sampled_from([None, 2]))
def test_printed_json_is_the_same_json(value, indent):
    text = json_text(value, indent=indent)
    assert json.loads(text) == json.loads(json.dumps(value))
    assert all(line.isprintable() for line in text.split("\n"))
