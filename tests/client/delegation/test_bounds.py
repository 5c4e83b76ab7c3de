"""A resource is inside or outside the listed patterns as the engine would say, or must be asked about."""

import pytest
from hypothesis import given

from authz.client.answers import AllowedResources
from authz.client.delegation.bounds import Bounds, Verdict, _expression
from authz.pattern import Pattern
from tests import strategies

IM = "qcs::im::uin/1:sdkappid/"


def verdict(resource, allow=(), deny=(), *, needs_check=False):
    return Bounds(AllowedResources(tuple(allow), tuple(deny), needs_check, "1"), "1").verdict(resource).name


@pytest.mark.parametrize(
    ("resource", "allow", "deny", "expected"),
    [
        (f"{IM}14", ["*"], [], "INSIDE"),
        (f"{IM}14", [f"{IM}1*"], [], "INSIDE"),
        (f"{IM}24", [f"{IM}1*"], [], "OUTSIDE"),
        (f"{IM}14", ["qcs::::uin/1:*"], [], "INSIDE"),
        (f"{IM}14", ["qcs::sms::uin/1:*"], [], "OUTSIDE"),
        (f"{IM}14", [f"{IM}1*"], [f"{IM}*4"], "OUTSIDE"),
        (f"{IM}14", ["*"], ["*"], "OUTSIDE"),
        (f"{IM}14", [], [], "OUTSIDE"),
        (f"{IM}14", ["qcs::im:ap-guangzhou:uin/1:*"], [], "OUTSIDE"),
        ("qcs::im:gz:uin/1:sdkappid/14", ["qcs::im:ap-guangzhou:uin/1:*"], [], "ASK"),
        ("qcs::im::uin/2:sdkappid/14", ["*"], [], "ASK"),
        ("qcs::im::uid/1:sdkappid/14", ["*"], [], "ASK"),
        ("qcs::im:::sdkappid/14", [f"{IM}1*"], [], "INSIDE"),
        ("*", ["*"], [], "ASK"),
    ],
)
def test_patterns_tell_what_is_inside(resource, allow, deny, expected):
    assert verdict(resource, allow, deny) == expected


def test_where_tags_matter_only_what_is_outside_is_certain():
    assert verdict(f"{IM}14", [f"{IM}1*"], [], needs_check=True) == Verdict.ASK.name
    assert verdict(f"{IM}24", [f"{IM}1*"], [], needs_check=True) == Verdict.OUTSIDE.name
    assert verdict(f"{IM}14", [f"{IM}1*"], [f"{IM}14"], needs_check=True) == Verdict.OUTSIDE.name


@given(strategies.pattern_texts, strategies.texts)
def test_wildcards_mean_what_they_mean_to_the_engine(pattern, text):
    assert bool(_expression(pattern).fullmatch(text)) == Pattern.of(pattern).matches(text)


@given(strategies.patterns_with_a_text_that_fits())
def test_a_text_that_fits_is_found(pair):
    assert _expression(pair[0]).fullmatch(pair[1])
