"""However many want all places, each connection has its share of them, and others find some."""

from collections import Counter
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import OverloadError
from authz.pdp.shares import Shares


class Taking:
    """Takes as many places as there are for each key."""

    def __init__(self, limit):
        self.refused = 0
        self.shares = Shares(limit, "calls are under way", self._count)
        self.stack = ExitStack()
        self.of = Counter()

    def _count(self):
        self.refused += 1

    def take(self, key):
        try:
            self.stack.enter_context(self.shares.place(key))
        except OverloadError:
            return False
        self.of[key] += 1
        return True


def test_one_alone_has_about_half_and_is_told_that_it_is_its_share():
    taking = Taking(100)
    while taking.take("a"):
        pass
    assert 50 <= taking.of["a"] <= 51
    with pytest.raises(OverloadError, match="of this connection, which is its share"), taking.shares.place("a"):
        pass
    assert taking.take("b")
    taking.stack.close()
    assert (taking.shares.taken, taking.refused) == (0, 2)


@given(st.integers(1, 200), st.integers(1, 12))
def test_many_that_want_all_have_nearly_the_same_and_leave_some(limit, keys):
    taking = Taking(limit)
    for _ in range(limit):
        for key in range(keys):
            taking.take(key)
    assert taking.shares.taken <= limit
    if limit > keys:
        assert max(taking.of.values()) - min(taking.of[key] for key in range(keys)) <= 1
        assert taking.of[0] >= limit // (keys + 1)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_few_places_are_not_kept_back(limit):
    taking = Taking(limit)
    while taking.take("a"):
        pass
    assert taking.of["a"] == (limit + 2) // 2 if limit > 1 else 1


def test_when_there_are_none_left_all_are_told_so():
    taking = Taking(1)
    assert taking.take("a")
    with pytest.raises(OverloadError, match="which is the limit"), taking.shares.place("b"):
        pass


def test_what_fails_gives_its_place_back():
    taking = Taking(1)
    with pytest.raises(ZeroDivisionError), taking.shares.place("a"):
        raise ZeroDivisionError
    assert taking.take("a")
