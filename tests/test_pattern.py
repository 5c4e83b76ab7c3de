import re
from itertools import product

import pytest
from hypothesis import example, given

from authz import pattern
from authz.pattern import ANY, Pattern
from tests import growth, strategies


def as_regex(text):
    return re.compile(".*".join(re.escape(piece) for piece in text.split("*")), re.DOTALL)


@given(strategies.pattern_texts, strategies.texts)
@example("a*a", "a")  # one letter cannot be both ends
@example("ab*ba", "aba")
def test_a_pattern_matches_what_the_same_regular_expression_matches(written, text):
    assert Pattern.of(written).matches(text) == bool(as_regex(written).fullmatch(text))


@given(strategies.patterns_with_a_text_that_fits())
def test_a_pattern_matches_every_text_in_which_its_stars_were_replaced(drawn):
    written, text = drawn
    assert Pattern.of(written).matches(text)


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


# Algebra: what is said of two patterns, against every text that could disprove it --------------------------------


def all_texts(alphabet, longest):
    return ["".join(chars) for length in range(longest + 1) for chars in product(alphabet, repeat=length)]


TEXTS = all_texts("ab/", 5)
"""`/` is in no pattern below, so a star may match it and no letter does."""


def matched(written):
    """The texts that match, by a regular expression."""
    expression = as_regex(written)
    return frozenset(text for text in TEXTS if expression.fullmatch(text))


MATCHED = {written: matched(written) for written in all_texts("ab*", 3)}
PAIRS = [(left, right) for left in MATCHED for right in MATCHED]


def test_one_pattern_covers_another_if_no_text_of_the_other_escapes_it():
    assert [
        (outer, inner)
        for outer, inner in PAIRS
        if Pattern.of(outer).covers(Pattern.of(inner)) != (MATCHED[inner] <= MATCHED[outer])
    ] == []


def test_two_patterns_overlap_if_some_text_matches_both():
    assert [
        (left, right)
        for left, right in PAIRS
        if Pattern.of(left).overlaps(Pattern.of(right)) == MATCHED[left].isdisjoint(MATCHED[right])
    ] == []


def test_an_intersection_matches_what_both_patterns_match():
    for left, right in PAIRS:
        found = Pattern.of(left).intersection(Pattern.of(right))
        if found is not None:
            both = frozenset().union(*(matched(str(each)) for each in found))
            assert both == MATCHED[left] & MATCHED[right], (left, right)


@given(strategies.near_patterns, strategies.near_patterns)
@example("a*b", "*ab*")  # with no third letter, every text from a to b would hold ab
@example("*ab", "*a*b")
def test_a_witness_is_matched_by_one_pattern_alone_and_lacks_only_where_no_text_is(one, other):
    one, other = Pattern.of(one), Pattern.of(other)
    witness = one.witness(other)
    assert other.covers(one) == (witness is None)
    if witness is None:
        assert [text for text in TEXTS if one.matches(text) and not other.matches(text)] == []
    else:
        assert one.matches(witness)
        assert not other.matches(witness)


@given(strategies.near_patterns, strategies.near_patterns)
def test_longer_patterns_overlap_if_a_short_text_matches_both_and_only_where_a_merged_one_does(left, right):
    one, other = Pattern.of(left), Pattern.of(right)
    assert one.overlaps(other) == other.overlaps(one)
    if not one.overlaps(other):
        assert [text for text in TEXTS if one.matches(text) and other.matches(text)] == []
    else:
        assert any(one.matches(text) and other.matches(text) for text in merged(one, other))


def merged(one, other):
    """Texts that have all of both patterns in them, one of which matches both if any text does."""
    if one.is_literal or other.is_literal:
        return [one.example(), other.example()]
    heads, tails = (one.pieces[0], other.pieces[0]), (one.pieces[-1], other.pieces[-1])
    inner = "".join((*one.pieces[1:-1], *other.pieces[1:-1]))
    return [head + inner + tail for head in heads for tail in tails]


@given(strategies.near_patterns, strategies.near_patterns)
@example("aa*", "*aa")
@example("a*", "*b")
def test_longer_patterns_have_what_both_match_in_their_intersection(left, right):
    one, other = Pattern.of(left), Pattern.of(right)
    found = one.intersection(other)
    if found is None:
        assert one.overlaps(other)
        assert any((*one.pieces[1:-1], *other.pieces[1:-1])) or len(left + right) > 8  # so that ends meet in many ways
        return
    for text in TEXTS:
        assert any(each.matches(text) for each in found) == (one.matches(text) and other.matches(text))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("14*", "*1", ["14*1"]),
        ("14*", "*41", ["14*41", "141"]),
        ("aa*", "*aa", ["aa*aa", "aaa", "aa"]),
        ("a**", "*b", ["a*b"]),
        ("a*", "b*", []),
        ("a*", "ab", ["ab"]),
        ("a*", "*", ["a*"]),
        ("a*c", "*b*", None),
        ("aaaaa*", "*aaaaa", None),
    ],
)
def test_an_intersection_has_few_patterns_or_is_not_computed(left, right, expected):
    found = Pattern.of(left).intersection(Pattern.of(right))
    assert (None if found is None else sorted(map(str, found))) == (None if expected is None else sorted(expected))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("im:*", "im:Get*", "im:x"),
        ("x*", "xx*", "xa"),
        ("im:Get*", "im:*", None),
        ("*", "*" + "*".join("xabcdefghijklmnopqrstuvwxyz0123456789-_") + "*", "!"),
        ("*", Pattern(("*",)), "x"),
    ],
)
def test_a_witness_is_made_of_characters_that_names_may_hold_if_that_is_possible(one, other, expected):
    assert Pattern.of(one).witness(other if isinstance(other, Pattern) else Pattern.of(other)) == expected


@given(strategies.pattern_texts)
def test_an_example_is_matched(written):
    assert Pattern.of(written).matches(Pattern.of(written).example())
    assert Pattern.of(written).matches(Pattern.of(written).example(""))


HOSTILE = [
    (Pattern.of("*a" * 100 + "b"), Pattern.of("a" * 500)),
    (Pattern.of("*a" * 100 + "*"), Pattern.of("*b" * 100 + "*")),
    (Pattern.of("a" * 250 + "*"), Pattern.of("*" + "a" * 250)),
    (Pattern.of("*ab" * 100), Pattern.of("*ba" * 100)),
]


@pytest.mark.parametrize("answer", [Pattern.covers, Pattern.overlaps, Pattern.witness, Pattern.intersection])
def test_a_hundred_stars_against_five_hundred_characters_are_answered_in_steps_in_proportion_to_both(answer):
    for left, right in HOSTILE:
        for one, other in ((left, right), (right, left)):
            assert growth.steps(lambda one=one, other=other: answer(one, other), pattern) < 4 * (100 + 500)
