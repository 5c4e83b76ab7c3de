"""Revisions rise, by the clock where it does; no sidecar can have published one far beyond it."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.revision import can_have_been_given, next_revision

NOW = 1_700_000_000.0


def test_a_revision_is_the_time_in_milliseconds():
    assert next_revision(0, NOW) == 1_700_000_000_000


@pytest.mark.parametrize("before", [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000])
def test_a_revision_rises_though_the_clock_does_not(before):
    assert next_revision(before, NOW) == before + 1


@given(st.lists(st.floats(0, 4e9), min_size=1), st.floats(0, 4e9))
def test_what_was_given_can_have_been_given(times, now):
    seen = list(accumulate(times, next_revision, initial=0))
    assert seen == sorted(set(seen))
    assert all(can_have_been_given(each, seen[-1], now) for each in seen)


@pytest.mark.parametrize(("seconds", "is_possible"), [(-1e6, True), (0, True), (299, True), (301, False), (1e9, False)])
def test_the_clock_of_another_sidecar_may_be_somewhat_ahead(seconds, is_possible):
    assert can_have_been_given(next_revision(0, NOW + seconds), 5, NOW) is is_possible
