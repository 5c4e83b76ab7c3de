"""A scope covers resources of the policies' account and of others, and how it lies to another scope."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.scope import Owner
from authz.language.resource import AccountKind, AccountSegment, parse_resource
from tests.builders import allow, policy, scopes_of

OWNER = Owner("12345678", "9")


def scope(pattern):
    [found] = scopes_of(policy("p", allow("*", pattern)), OWNER)
    return found


@pytest.mark.parametrize(
    ("segment", "is_own"),
    [
        (AccountSegment(AccountKind.OWN), True),
        (AccountSegment(AccountKind.ANY), True),
        (AccountSegment(AccountKind.UIN, "12345678"), True),
        (AccountSegment(AccountKind.UIN, "9"), False),
        (AccountSegment(AccountKind.UID, "9"), True),
        (AccountSegment(AccountKind.UID, "12345678"), False),
    ],
)
def test_an_account_owns_resources_that_name_it_by_uin_by_appid_or_not_at_all(segment, is_own):
    # cam-language 1.3, segment 5
    assert OWNER.owns(segment) == is_own


def test_an_account_whose_appid_is_not_known_owns_nothing_by_appid():
    assert not Owner("12345678", "").owns(AccountSegment(AccountKind.UID, ""))
    assert not Owner("12345678", "").owns(AccountSegment(AccountKind.UID, "9"))


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("qcs::cos:::b/a", "qcs::cos::uin/12345678:b/a", True),
        ("qcs::cos:::b/a", "qcs::cos::uid/9:b/a", True),
        ("qcs::cos:::b/a", "qcs::cos:::b/a", True),
        ("qcs::cos::uin/12345678:b/a", "qcs::cos:::b/a", True),
        ("qcs::cos:::b/a", "qcs::cos::uin/87654321:b/a", False),
        ("qcs::cos:::b/a", "qcs::cos::uid/8:b/a", False),
        ("qcs::cos::*:b/a", "qcs::cos::uin/87654321:b/a", True),
        ("qcs::cos::*:b/a", "qcs::cos::uid/8:b/a", True),
        ("qcs::cos::uin/87654321:b/a", "qcs::cos::uin/87654321:b/a", True),
        ("qcs::cos::uin/87654321:b/a", "qcs::cos::uin/1:b/a", False),
        ("qcs::cos::uin/87654321:b/a", "qcs::cos:::b/a", False),
        ("*", "qcs::cos::uin/87654321:b/a", True),
        ("*", "*", True),
        ("qcs:::::*", "*", False),
    ],
)
def test_a_resource_is_inside_if_the_account_segment_names_its_account(pattern, resource, expected):
    # cam-language 1.3, segment 5
    assert scope(pattern).matches(parse_resource(resource), OWNER) is expected


NAMES = st.sampled_from(["", "a", "b", "a*", "*b", "a*b", "b*"])
ACCOUNTS = st.sampled_from(["", "*", "uin/12345678", "uin/87654321"])
SCOPES = (
    st.builds(
        lambda service, region, account, tail: f"qcs::{service}:{region}:{account}:{tail or '*'}",
        NAMES, NAMES, ACCOUNTS, NAMES,
    )
    | st.just("*")
).map(scope)  # fmt: skip
WORDS = ["a", "b", "ab", "a/", "b/", "/b", "/"]
RESOURCES = [
    parse_resource("*"),
    *(
        parse_resource(f"qcs::{service}:{region}:{account}:{tail}")
        for service, region, tail in product(["", *WORDS], ["", *WORDS], WORDS)
        for account in ("", "uin/12345678", "uid/9", "uin/87654321", "uin/1", "uid/8")
    ),
]


def inside(of):
    return {resource.text for resource in RESOURCES if of.matches(resource, OWNER)}


@given(SCOPES, SCOPES)
def test_a_scope_covers_another_if_no_resource_of_it_is_outside(outer, inner):
    assert outer.covers(inner) == (inside(inner) <= inside(outer))


@given(SCOPES, SCOPES)
def test_scopes_overlap_if_some_resource_is_inside_both(one, other):
    assert one.overlaps(other) == (not inside(one).isdisjoint(inside(other)))


@given(SCOPES, SCOPES)
def test_an_intersection_covers_what_is_inside_both(one, other):
    found = one.intersection(other)
    assert found is not None  # these patterns have no text between stars
    assert set().union(*map(inside, found)) == inside(one) & inside(other)


@given(SCOPES, SCOPES)
def test_a_witness_is_a_resource_inside_one_scope_alone(one, other):
    witness = one.witness(other)
    assert other.covers(one) == (witness is None)
    if witness is not None:
        assert one.matches(witness, OWNER)
        assert not other.matches(witness, OWNER)
        assert parse_resource(witness.text) == witness


def test_an_intersection_that_needs_many_patterns_is_not_computed():
    assert scope("qcs:::::a*b*").intersection(scope("qcs:::::*a*b")) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("qcs::im:::a", "qcs::im:::a"),
        ("qcs::im::*:a", "qcs::im:::a"),
        ("*", "*"),
        ("qcs::cam::uin/87654321:roleName/a", None),
    ],
)
def test_the_own_part_of_a_scope_is_its_part_in_the_policys_account(pattern, expected):
    assert scope(pattern).own_part == (None if expected is None else scope(expected))
