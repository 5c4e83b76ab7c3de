"""The follower told where to look: it looks and reads there alone, and misses nothing all the same."""

import asyncio
import contextlib

import pytest

from authz.sources import follower as follower_module
from tests.sources.following import empty, granting, loaded


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(follower_module, "SETTLE_SECONDS", 0)


def follow_hints(following, *hints):
    """Follow with these hints in turn, then end. Everything is looked at before the first one."""
    waiting = iter([None, *hints])

    async def wait(_seconds):
        hint = next(waiting, "over")
        if hint == "over":
            raise asyncio.CancelledError
        if callable(hint):
            hint = hint()
        following.shelf.looks = 0
        return hint

    async def scenario():
        with contextlib.suppress(asyncio.CancelledError):
            await following.follower.follow(wait)

    asyncio.run(scenario())


def changing(following, hint, **accounts):
    def change():
        following.shelf.put(**accounts)
        following.shelf.loaded.clear()
        return frozenset(hint)

    return change


def test_of_a_thousand_accounts_only_the_one_that_is_hinted_at_is_looked_at_and_read():
    following = loaded(**{f"a{number}": empty(number) for number in range(1, 1001)})
    follow_hints(following, changing(following, ["a7"], a7=granting(7)))
    assert following.answers(7, 8) == [True, False]
    assert following.shelf.loaded == ["a7"]
    assert {tuple(keys) for keys in following.shelf.looked_at} == {("a7",)}
    assert following.shelf.looks == 0


def test_a_hint_at_something_new_brings_a_look_at_everything():
    following = loaded(a=granting(1))
    follow_hints(following, changing(following, ["b"], b=granting(2)))
    assert following.answers(1, 2) == [True, True]


def test_a_hint_at_an_account_that_went_brings_a_look_at_everything():
    following = loaded(a=granting(1), b=granting(2))

    def gone():
        following.shelf.take("b")
        return frozenset({"b"})

    follow_hints(following, gone)
    assert following.answers(1, 2) == [True, None]


def test_a_hinted_account_that_takes_the_uin_of_another_is_refused_as_ever():
    following = loaded(a=granting(1), b=granting(2))
    follow_hints(following, changing(following, ["b"], b=empty(1)))
    assert following.answers(1, 2) == [True, True]
    assert "b" in following.faults()


def test_a_hinted_account_that_is_broken_keeps_its_last_good_version_until_it_is_mended():
    following = loaded(a=granting(1), b=granting(2))
    follow_hints(following, changing(following, ["b"], b="is broken"))
    assert (following.answers(1, 2), following.faults()) == ([True, True], {"b": ["is broken"]})
    follow_hints(following, changing(following, ["b"], b=empty(2)))
    assert (following.answers(1, 2), following.faults()) == ([True, False], {})


def test_an_account_that_lost_its_main_file_is_broken_not_gone_when_hinted_at():
    following = loaded(a=granting(1), b=granting(2))

    def bare():
        following.shelf.take("b", leaving_bare=True)
        return frozenset({"b"})

    follow_hints(following, bare)
    assert following.answers(1, 2) == [True, True]
    assert "b" in following.faults()


def test_lost_hints_cost_promptness_only():
    following = loaded(a=empty(1), b=empty(2))
    following.shelf.put(a=granting(1))
    follow_hints(following)
    assert following.answers(1) == [True]
