"""A path is read in one way or not at all, and fits at most one route."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.enforcement import CallRefusedError
from authz.enforcement.routes import parse_route_pattern, path_below, path_parts


def match(pattern, path):
    return parse_route_pattern(pattern).match(path_parts(path, path.encode()))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/", {}),
        ("/apps", "/apps", {}),
        ("/apps", "/apps/", None),
        ("/apps/", "/apps/", {}),
        ("/apps/{app}", "/apps/1", {"app": "1"}),
        ("/apps/{app}", "/apps/", None),
        ("/apps/{app}", "/apps/1/", None),
        ("/apps/{app}", "/Apps/1", None),
        ("/apps/{app:int}", "/apps/12", {"app": "12"}),
        ("/apps/{app:int}", "/apps/search", None),
        ("/apps/{app:int}", "/apps/\u0661", None),
        ("/apps/{app:int}", "/apps/012", None),
        ("/apps/{app:int}", "/apps/-12", None),
        ("/apps/{app:int}", "/apps/0", {"app": "0"}),
        ("/apps/{app:int}", "/apps/1_2", None),
        (
            "/keys/{key:uuid}",
            "/keys/0aa5b2d4-5b1e-4f62-9b41-8c2e7d11f0aa",
            {"key": "0aa5b2d4-5b1e-4f62-9b41-8c2e7d11f0aa"},
        ),
        ("/keys/{key:uuid}", "/keys/0AA5B2D4-5B1E-4F62-9B41-8C2E7D11F0AA", None),
        ("/apps/{app}/rules/{rule}", "/apps/1/rules/2", {"app": "1", "rule": "2"}),
    ],
)
def test_a_path_fits_a_pattern_segment_by_segment(pattern, path, expected):
    assert match(pattern, path) == expected


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("", b""), ("apps/1", b"apps/1"), ("//apps/1", b"//apps/1"), ("/apps//1", b"/apps//1"), ("/apps//", b"/apps//"),
        ("/public/../apps/1", b"/public/../apps/1"), ("/apps/.", b"/apps/."),
        ("/public/../apps", b"/public/%2e%2e/apps"),
        ("/apps/1/2", b"/apps/1%2F2"), ("/apps/1%2F2", b"/apps/1%252F2"), ("/apps\\1", b"/apps%5c1"),
        ("/apps/1;x=2", b"/apps/1;x=2"), ("/apps/1;x", b"/apps/1%3bx"), ("/apps/1\x00", b"/apps/1%00"),
        ("/apps/1\n", b"/apps/1%0a"), ("/apps/1?x", b"/apps/1%3fx"), ("/apps/1#x", b"/apps/1%23x"),
        ("/apps/a.b", b"/apps/a%2eb"), ("/apps/1\\..", None), ("/apps/../1", None), ("/apps\u202e/1", None),
    ],
)  # fmt: skip
def test_a_path_that_can_be_read_in_two_ways_is_refused(path, raw):
    with pytest.raises(CallRefusedError, match="more than one way"):
        path_parts(path, raw)


@pytest.mark.parametrize(
    "pattern", ["", "apps", "//", "/a//b", "/{a}/{a}", "/{query}", "/{}", "/a{b}", "/../a", "/.", "/{a:str}", "/a*"]
)
def test_a_pattern_that_is_no_path_is_refused(pattern):
    with pytest.raises(ValueError, match=r"."):
        parse_route_pattern(pattern)


def test_a_literal_that_a_router_may_read_as_a_number_meets_one():
    number = parse_route_pattern("/apps/{app:int}")
    for literal, meets in (("7", True), ("007", True), ("+7", True), ("-7", True), ("7a", False), ("x", False)):
        assert number.meets(parse_route_pattern(f"/apps/{literal}")) is meets


@pytest.mark.parametrize(
    ("path", "root_path", "below"),
    [("/apps", "", "/apps"), ("/sms/apps", "/sms", "/apps"), ("/apps", "/sms", "/apps"), ("/sms/", "/sms", "/")],
)
def test_the_path_below_a_root_path_is_what_is_routed(path, root_path, below):
    assert path_below(path, root_path) == below


@pytest.mark.parametrize("path", ["/smsapps", "/sms"])
def test_a_root_path_that_ends_within_a_segment_is_refused(path):
    with pytest.raises(CallRefusedError, match="more than one way"):
        path_below(path, "/sms")


segments = st.sampled_from(["a", "b", "1", "007", "{x}", "{y:int}", "{z:uuid}"])
patterns = st.lists(segments, min_size=1, max_size=3).map(
    lambda parts: (
        "/"
        + "/".join(
            part.replace("x", f"x{at}").replace("y", f"y{at}").replace("z", f"z{at}") for at, part in enumerate(parts)
        )
    )
)
paths = st.lists(st.sampled_from(["a", "b", "1", "007", "22", "c"]), min_size=1, max_size=3)


@given(patterns, patterns, paths)
def test_two_patterns_that_do_not_meet_never_fit_one_path(one, two, parts):
    first, second = parse_route_pattern(one), parse_route_pattern(two)
    fits_both = first.match(parts) is not None and second.match(parts) is not None
    assert first.meets(second) == second.meets(first)
    assert first.meets(second) or not fits_both
