"""The follower told where to look: it looks and reads there alone, and misses nothing all the same."""

import asyncio
import contextlib
import threading

import pytest

from authz.sources import follower as follower_module
from authz.sources.follower import WHOLE_SOURCE
from tests import waiting
from tests.sources.following import Following, empty, granting, loaded


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(follower_module, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(follower_module, "POLL_SECONDS", 60)  # all looks are asked for


def follow_hints(following, *hints, until):
    """Follow with these hints in turn, until something is so. Everything is looked at before the first one."""
    looks = following.shelf.looks
    coming = iter(hints)

    async def wait(_seconds):
        await waiting.until(lambda: following.shelf.looks > looks)
        for hint in coming:
            following.shelf.looks = looks + 1
            return hint()
        await asyncio.Event().wait()
        return frozenset()

    async def scenario():
        task = asyncio.create_task(following.follower.follow(wait))
        try:
            await waiting.until(until)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    asyncio.run(scenario())
    return following.shelf.looks - looks - 1


def changing(following, hint, **accounts):
    def change():
        following.shelf.put(**accounts)
        following.shelf.loaded.clear()
        return frozenset(hint)

    return change


def going(following, *keys):
    def go():
        following.shelf.take(*keys)
        return frozenset(keys)

    return go


def test_of_a_thousand_accounts_only_the_one_that_is_hinted_at_is_looked_at_and_read():
    following = loaded(**{f"a{number}": empty(number) for number in range(1, 1001)})
    change = changing(following, ["a7"], a7=granting(7))
    looks = follow_hints(following, change, until=lambda: following.answers(7, 8) == [True, False])
    assert looks == 0
    assert following.shelf.loaded == ["a7"]
    assert {tuple(keys) for keys in following.shelf.looked_at} == {("a7",)}


def test_an_account_that_is_new_is_looked_at_alone():
    following = loaded(a=granting(1))
    change = changing(following, ["b"], b=granting(2))
    assert follow_hints(following, change, until=lambda: following.answers(1, 2) == [True, True]) == 0
    change = changing(following, ["b"], b=empty(2))
    assert follow_hints(following, change, until=lambda: following.answers(1, 2) == [True, False]) == 0


def test_a_new_account_with_the_uin_of_another_is_refused_as_ever():
    following = loaded(a=granting(1))
    follow_hints(following, changing(following, ["b"], b=empty(1)), until=lambda: "b" in following.faults())
    assert following.answers(1) == [True]


def test_two_new_accounts_with_one_uin_are_both_refused_as_ever():
    following = loaded(a=granting(1))
    change = changing(following, ["b", "c"], b=empty(2), c=granting(2))
    follow_hints(following, change, until=lambda: {"b", "c"} == following.faults().keys())
    assert following.answers(1, 2) == [True, None]


def test_an_account_that_went_is_taken_away_without_a_look_at_the_others():
    following = Following(a=granting(1), b=granting(2), c="is broken", d=granting(4))
    following.load(allow_broken=True)
    gone = going(following, "b", "c")
    assert follow_hints(following, gone, until=lambda: following.answers(1, 2, 4) == [True, None, True]) == 0
    assert following.faults() == {}
    assert {"a", "d"} >= {key for keys in following.shelf.looked_at for key in keys} - {"b", "c"}


def test_where_all_accounts_went_everything_is_looked_at_and_nothing_taken_away():
    following = loaded(a=granting(1), b=granting(2))
    follow_hints(following, going(following, "a", "b"), until=lambda: WHOLE_SOURCE in following.faults())
    assert following.answers(1, 2) == [True, True]


def test_where_others_went_that_no_hint_names_nothing_is_taken_away_before_all_is_looked_at():
    following = loaded(a=granting(1), b=granting(2))
    hint = going(following, "a", "b")
    assert follow_hints(following, lambda: hint() - {"b"}, until=lambda: WHOLE_SOURCE in following.faults()) > 0
    assert following.answers(1, 2) == [True, True]


def test_what_nobody_knows_brings_a_look_at_everything():
    following = loaded(a=granting(1))

    def change():
        following.shelf.put(b=granting(2))
        return frozenset({"a file"})

    assert follow_hints(following, change, until=lambda: following.answers(1, 2) == [True, True]) > 0


@pytest.mark.parametrize(("before", "new"), [("", "b"), ("a", "")])
def test_where_one_account_becomes_a_folder_of_them_or_the_other_way_round_everything_is_looked_at(before, new):
    following = loaded(**{before: granting(1)})
    change = changing(following, [new], **{new: granting(2)})
    assert follow_hints(following, change, until=lambda: following.answers(1, 2) == [True, True]) > 0


def test_a_directory_that_is_one_account_is_refreshed_by_a_look_at_it():
    following = loaded(**{"": granting(1)})
    follow_hints(following, changing(following, [""], **{"": empty(1)}), until=lambda: following.answers(1) == [False])


def test_a_hinted_account_that_takes_the_uin_of_another_is_refused_as_ever():
    following = loaded(a=granting(1), b=granting(2))
    follow_hints(following, changing(following, ["b"], b=empty(1)), until=lambda: "b" in following.faults())
    assert following.answers(1, 2) == [True, True]


def test_a_hinted_account_that_is_broken_keeps_its_last_good_version_until_it_is_mended():
    following = loaded(a=granting(1), b=granting(2))
    change = changing(following, ["b"], b="is broken")
    follow_hints(following, change, until=lambda: following.faults() == {"b": ["is broken"]})
    assert following.answers(1, 2) == [True, True]
    follow_hints(following, changing(following, ["b"], b=empty(2)), until=lambda: not following.faults())
    assert following.answers(1, 2) == [True, False]


def test_an_account_that_lost_its_main_file_is_broken_not_gone_when_hinted_at():
    following = loaded(a=granting(1), b=granting(2))

    def bare():
        following.shelf.take("b", leaving_bare=True)
        return frozenset({"b"})

    follow_hints(following, bare, until=lambda: "b" in following.faults())
    assert following.answers(1, 2) == [True, True]


def test_lost_hints_cost_promptness_only():
    following = loaded(a=empty(1), b=empty(2))
    following.shelf.put(a=granting(1))
    follow_hints(following, until=lambda: following.answers(1) == [True])


def test_hints_are_heeded_while_everything_is_looked_at():
    """The look began before the change; what it saw does not come back with its end."""
    following = loaded(a=granting(1), b=granting(2))
    shelf, gate, look = following.shelf, threading.Event(), following.shelf.look

    def slow():
        found = look()
        assert gate.wait(waiting.DEADLINE)
        return found

    def is_over():
        if following.answers(1) == [False]:
            gate.set()
        return gate.is_set() and len(shelf.looked_at) > heeded

    shelf.look = slow
    heeded = 4  # two looks until it is settled, one after it was read, and one more for what the old look saw
    try:
        follow_hints(following, changing(following, ["a"], a=empty(1)), until=is_over)
    finally:
        gate.set()
    assert following.answers(1, 2) == [False, True]
    assert shelf.loaded == ["a"]
