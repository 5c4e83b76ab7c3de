import re

import pytest
from hypothesis import example, given

from authz.language.pattern import ANY, Pattern
from tests import strategies


def as_regex(text):
    return re.compile(".*".join(re.escape(piece) for piece in text.split("*")), re.DOTALL)


@given(strategies.pattern_texts, strategies.texts)
@example("a*a", "a")  # one letter cannot be both ends
@example("ab*ba", "aba")
def test_a_pattern_matches_what_the_same_regular_expression_matches(pattern, text):
    assert Pattern.of(pattern).matches(text) == bool(as_regex(pattern).fullmatch(text))


@given(strategies.patterns_with_a_text_that_fits())
def test_a_pattern_matches_every_text_in_which_its_stars_were_replaced(drawn):
    pattern, text = drawn
    assert Pattern.of(pattern).matches(text)


@given(strategies.pattern_texts)
def test_a_pattern_is_shown_as_it_was_written(text):
    assert str(Pattern.of(text)) == text


@given(strategies.pattern_texts)
def test_a_pattern_is_literal_exactly_when_it_holds_no_star(text):
    assert Pattern.of(text).is_literal == ("*" not in text)


@given(strategies.pattern_texts)
def test_a_pattern_is_any_exactly_when_it_consists_of_stars(text):
    assert Pattern.of(text).is_any == (text != "" and set(text) == {"*"})


@pytest.mark.parametrize("char", ["?", ".", "[a]", "\\"])
def test_only_the_star_is_a_wildcard(char):
    # cam-language 1.2, 1.3 and 8.3: `?` is a literal character
    assert Pattern.of(f"a{char}").matches(f"a{char}")
    assert not Pattern.of(f"a{char}").matches("aa")


def test_a_star_crosses_slashes():
    # cam-language 1.3: any run of characters, including `/`
    assert Pattern.of("dir1/*").matches("dir1/a/b/c")


def test_a_star_stands_for_nothing_too():
    assert Pattern.of("dir1/*").matches("dir1/")


def test_a_star_that_was_put_in_as_a_piece_is_a_literal():
    # cam-language 3: expanded text is data
    assert Pattern(("*",)).matches("*")
    assert not Pattern(("*",)).matches("a")


def test_any_matches_the_empty_text():
    assert ANY.matches("")


def test_matching_takes_time_in_proportion_to_the_text_whatever_the_pattern():
    # A backtracking matcher would not come back from this in a lifetime.
    assert not Pattern.of("*a" * 200 + "b").matches("a" * 20_000)
