"""Which keys are told by which: said once, for the engine, its cache, lists and clients."""

import pytest

from authz.context import canonical_key, key_family, tag_key


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("qcs:resource_tag", ("qcs:resource_tag", "")),
        ("qcs:request_tag", ("qcs:request_tag", "")),
        ("qcs:resource_tag/dept", ("qcs:resource_tag", "dept")),
        ("qcs:request_tag/a/b", ("qcs:request_tag", "a/b")),
        ("qcs:tag", ("qcs:resource_tag", "")),
        ("qcs:tag/dept", ("qcs:resource_tag", "dept")),
        (" qcs:resource_tag/dept ", ("qcs:resource_tag", "dept")),
        ("qcs:resource_tag/", ("qcs:resource_tag", "")),  # no tag is named
    ],
)
def test_tag_keys_are_the_bare_keys_and_those_behind_a_slash(key, meaning):
    # cam-language 2.4
    assert tag_key(key) == meaning
    assert key_family(key) == meaning[0]


@pytest.mark.parametrize(
    "key",
    [
        "qcs:resource_tags",
        "qcs:resource_tags/dept",
        "qcs:resource_tag&dept",
        "qcs:resource_tag /dept",
        "qcs:resource_ta",
        "QCS:resource_tag",
        "qcs:tags",
        "qcs:tagged/dept",
        "qcs:request_tagged",
        "qcs:current_time",
        "",
    ],
)
def test_what_only_begins_like_a_tag_key_is_a_key_like_others(key):
    assert tag_key(key) is None
    assert key_family(key) == key


def test_a_key_is_known_by_its_present_name_and_without_blanks_around_it():
    assert canonical_key(" qcs:tag/dept") == "qcs:resource_tag/dept"
    assert canonical_key(" qcs: ip ") == "qcs: ip"
