"""A resource is inside or outside the listed patterns as the engine would say, or must be asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.client.answers import AllowedResources
from authz.enforcement.pattern_filter import PatternFilter, Verdict
from authz.engine.scope import Owner
from authz.language.resource import parse_resource
from tests.builders import allow, policy, scopes_of

IM = "qcs::im::uin/1:sdkappid/"


def verdict(resource, allow=(), deny=(), *, needs_check=False):
    return PatternFilter(AllowedResources(tuple(allow), tuple(deny), needs_check, "1"), "1").verdict(resource).name


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


TAILS = st.text("ab*?.[/", min_size=1, max_size=5)


@given(st.sampled_from(["", "im", "i*", "*", "sms"]), st.sampled_from(["", "*", "ap-*"]), TAILS, TAILS)
def test_a_pattern_means_to_a_backend_what_it_means_to_the_engine(service, region, pattern, tail):
    listed, resource = f"qcs::{service}:{region}:uin/1:{pattern}", f"qcs::im::uin/1:{tail}"
    [scope] = scopes_of(policy("p", allow("*", listed)), Owner("1", ""))
    is_inside = scope.matches(parse_resource(resource), Owner("1", ""))
    assert verdict(resource, [listed]) == ("INSIDE" if is_inside else "OUTSIDE")
