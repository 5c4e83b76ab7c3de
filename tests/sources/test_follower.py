"""The follower on a source in memory: every step is the test's own, nothing waits for the clock."""

import pytest

from authz.errors import SourceError
from authz.sources import follower as follower_module
from authz.sources.follower import Follower
from authz.sources.status import WHOLE_SOURCE
from tests.logs import capture_logs
from tests.sources.following import Following, empty, granting, loaded
from tests.sources.shelf import waiting

# The first load -----------------------------------------------------------------------------------------------------


def test_the_first_load_puts_every_account_into_force():
    following = loaded(a=granting(1), b=empty(2))
    assert following.answers(1, 2, 3) == [True, False, None]
    assert following.follower.status.reloads == 1
    assert following.follower.status.published_at > 0


def test_the_first_load_shows_how_far_it_is():
    steps = []
    Following(a=empty(1), b=empty(2)).load(lambda done, total: steps.append((done, total)))
    assert (steps[0], steps[-1]) == ((0, 2), (2, 2))


def test_a_follower_that_takes_over_an_engine_takes_away_what_is_no_more():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.take("b")
    following.shelf.forget("ab")  # as another source would be
    following.follower = Follower(following.shelf, following.engine)
    following.refresh()
    assert following.answers(1, 2) == [True, None]


def test_a_broken_account_at_the_start_puts_nothing_into_force():
    # files-and-commands: at start-up there is no last good version
    following = Following(a=granting(1), b="is broken", c="is broken too")
    assert [problem.message for problem in following.load()] == ["is broken", "is broken too"]
    assert not following.engine.is_ready


def test_a_broken_account_at_the_start_may_be_allowed_and_is_reported_at_once():
    # files-and-commands: `--allow-broken-accounts`
    following = Following(a=granting(1), b="is broken")
    with capture_logs() as lines:
        assert len(following.load(allow_broken=True)) == 1
    assert following.answers(1) == [True]
    assert list(following.follower.status.reported_faults) == ["b"]
    assert [line["consequence"] for line in lines if line["event"] == "account refused"] == ["it is not served"]


def test_two_accounts_of_one_uin_at_the_start_are_both_told():
    following = Following(a=granting(1), b=granting(1))
    assert sorted(problem.message for problem in following.load()) == [
        "account 1 is defined in a/main too",
        "account 1 is defined in b/main too",
    ]


def test_a_source_without_accounts_cannot_be_started_on():
    with pytest.raises(SourceError, match="no account found: expected /main"):
        Following().load()


def test_a_source_that_cannot_be_read_cannot_be_started_on():
    following = Following(a=granting(1))
    following.shelf.is_unreadable = True
    with pytest.raises(SourceError):
        following.load()


# Changes ------------------------------------------------------------------------------------------------------------


def test_nothing_is_read_or_published_while_nothing_changes():
    following = loaded(a=granting(1))
    revision = following.engine.live.revision
    following.refresh(times=3)
    assert (following.shelf.loaded, following.engine.live.revision) == (["a"], revision)


def test_only_what_changed_is_read_again():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.loaded.clear()
    before = following.engine.live
    following.shelf.put(a=empty(1))
    following.refresh()
    assert following.shelf.loaded == ["a"]
    assert following.answers(1, 2) == [False, True]
    assert following.engine.live.states["2"] is before.states["2"]
    assert following.engine.live.revision > before.revision


def test_several_changes_come_into_force_as_one_revision():
    following = loaded(a=granting(1), b=empty(2))
    seen = []
    following.engine.subscribe(seen.append)
    following.shelf.put(a=empty(1), b=granting(2), c=granting(3))
    following.refresh()
    assert [publication.accounts for publication in seen] == [{"1", "2", "3"}]


def test_revisions_rise_even_while_the_clock_stands_still(monkeypatch):
    monkeypatch.setattr(follower_module.time, "time", lambda: 0.007)
    following = Following(a=granting(1))
    following.shelf.has_revisions = False
    following.load()
    revisions = [following.engine.live.revision]
    for content in (empty(1), granting(1)):
        following.shelf.put(a=content)
        following.refresh()
        revisions.append(following.engine.live.revision)
    assert revisions == [7, 8, 9]


def test_a_removed_account_is_taken_away():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.take("a")
    following.refresh()
    assert following.answers(1, 2) == [None, True]


def test_an_account_that_changes_its_uin_takes_the_old_one_along():
    following = loaded(a=granting(1))
    following.shelf.put(a=granting(7))
    following.refresh()
    assert following.answers(1, 7) == [None, True]


def test_a_version_that_is_not_whole_is_waited_for_and_others_are_not_kept_waiting():
    following = loaded(a=empty(1), b=empty(2))
    following.shelf.unsettled["a"] = waiting()
    following.shelf.put(a=granting(1), b=granting(2))
    following.refresh()
    assert following.answers(1, 2) == [False, True]
    following.shelf.unsettled.clear()
    following.refresh()
    assert following.answers(1, 2) == [True, True]


def test_what_takes_long_comes_into_force_too():
    following = loaded(a=empty(1))
    following.shelf.long.add("a")
    following.shelf.put(a=granting(1))
    following.refresh()
    assert following.answers(1) == [True]


def test_the_revision_is_that_of_a_source_which_has_one():
    following = loaded(a=empty(1))
    assert following.engine.live.revision == following.shelf.revision
    following.shelf.put(a=granting(1))
    following.refresh()
    assert following.engine.live.revision == following.shelf.revision


# Faults -------------------------------------------------------------------------------------------------------------


def test_a_broken_version_leaves_the_last_good_one_in_force():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.put(a="is broken", b=empty(2))
    following.refresh()
    assert following.answers(1, 2) == [True, False]
    assert following.faults() == {"a": ["is broken"]}


def test_a_broken_version_is_read_once_and_not_again_until_it_changes():
    following = loaded(a=granting(1))
    following.shelf.put(a="is broken")
    following.shelf.loaded.clear()
    following.refresh(times=3)
    assert following.shelf.loaded == ["a"]


def test_a_mended_version_comes_into_force_and_ends_the_fault():
    following = loaded(a=empty(1))
    following.shelf.put(a="is broken")
    following.refresh()
    following.shelf.put(a=granting(1))
    following.refresh()
    assert (following.answers(1), following.faults()) == ([True], {})


def test_an_account_that_lost_its_main_file_stays_in_force():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.take("a", leaving_bare=True)
    following.refresh(times=2)
    assert following.answers(1) == [True]
    assert following.faults() == {"a": ["the main file is missing"]}


def test_a_bare_place_that_never_was_an_account_is_not_looked_at():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.take("b")
    following.refresh()
    following.shelf.put(b=granting(2))
    following.shelf.take("b", leaving_bare=True)
    following.refresh()
    assert (following.answers(2), following.faults()) == ([None], {})


def test_all_accounts_gone_is_a_mistake_and_no_order():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.take("a", "b")
    following.refresh()
    assert following.answers(1, 2) == [True, True]
    assert "no account is left" in following.faults()[WHOLE_SOURCE][0]


def test_the_fault_of_a_source_without_accounts_lasts_until_there_is_one_again():
    following = loaded(a=granting(1))
    following.shelf.take("a")
    following.refresh(times=3)
    assert list(following.faults()) == [WHOLE_SOURCE]
    following.shelf.put(a=empty(1))
    following.refresh()
    assert (following.answers(1), following.faults()) == ([False], {})


def test_a_fault_ends_when_its_account_is_removed():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.put(a="is broken")
    following.refresh()
    following.shelf.take("a")
    following.refresh()
    assert (following.answers(1), following.faults()) == ([None], {})


# Two accounts with one uin ------------------------------------------------------------------------------------------


def test_an_account_that_claims_the_uin_of_another_is_refused():
    following = loaded(a=granting(1))
    following.shelf.put(b=empty(1))
    following.refresh()
    assert following.answers(1) == [True]
    assert following.faults() == {"b": ["account 1 is defined in a/main too"]}


def test_an_account_goes_on_being_followed_while_another_claims_its_uin():
    # A grant that is taken away must not stay in force because of a stray copy of the account's folder.
    following = loaded(a=granting(1))
    following.shelf.put(b=granting(1))
    following.refresh()
    following.shelf.put(a=empty(1))
    following.refresh()
    assert following.answers(1) == [False]
    assert list(following.faults()) == ["b"]


def test_a_change_elsewhere_leaves_a_claim_refused_and_is_no_new_fault():
    following = loaded(a=granting(1))
    following.shelf.put(b=empty(1))
    following.refresh()
    fault = following.follower.status.faults["b"]
    following.shelf.put(c=granting(3))
    following.refresh()
    assert following.answers(1, 3) == [True, True]
    assert following.follower.status.faults == {"b": fault}
    assert following.follower.status.faults["b"] is fault


def test_an_account_that_waits_for_its_uin_and_is_removed_is_forgotten():
    following = loaded(a=granting(1))
    following.shelf.put(b=empty(1))
    following.refresh()
    following.shelf.take("b")
    following.refresh()
    following.shelf.put(a=granting(2))
    following.refresh()
    assert (following.answers(1, 2), following.faults()) == ([None, True], {})


def test_an_account_that_breaks_while_it_waits_for_its_uin_does_not_come_into_force():
    following = loaded(a=granting(1))
    following.shelf.put(b=granting(1))
    following.refresh()
    following.shelf.put(b="is broken", a=granting(2))
    following.refresh()
    assert (following.answers(1, 2), following.faults()) == ([None, True], {"b": ["is broken"]})


def test_two_accounts_may_swap_their_uins_at_once():
    following = loaded(a=granting(1), b=empty(2))
    following.shelf.put(a=granting(2), b=empty(1))
    following.refresh()
    assert (following.answers(1, 2), following.faults()) == ([False, True], {})


def test_two_accounts_may_swap_their_uins_one_after_the_other():
    following = loaded(a=granting(1), b=empty(2))
    following.shelf.put(a=granting(2))
    following.refresh()
    assert following.answers(1, 2) == [True, False]
    following.shelf.put(b=empty(1))
    following.refresh()
    assert (following.answers(1, 2), following.faults()) == ([False, True], {})


def test_an_account_that_was_refused_for_its_uin_comes_into_force_when_the_uin_is_free():
    following = loaded(a=granting(1))
    following.shelf.put(b=empty(1))
    following.refresh()
    following.shelf.take("a")
    following.refresh()
    assert (following.answers(1), following.faults()) == ([False], {})


def test_the_uin_of_an_account_that_moves_to_another_place_stays_in_force():
    following = loaded(a=granting(1), b=empty(2))
    following.shelf.put(c=granting(1))
    following.shelf.take("a")
    following.refresh()
    assert (following.answers(1), following.faults()) == ([True], {})


def test_a_revision_of_the_source_comes_into_force_though_no_account_differs():
    following = loaded(a=granting(1))
    before = following.engine.live.states.find("1")
    following.shelf.put(a=following.shelf._contents["a"])
    following.shelf.revision = 7
    following.shelf._read["a"] = following.shelf._versions["a"]
    following.shelf.put(b="is spoilt")
    following.refresh()
    assert following.engine.live.revision == following.shelf.revision == 8
    assert following.engine.live.states.find("1") is before


def test_what_was_overtaken_by_a_later_reading_is_read_again():
    following = loaded(a=granting(1), b=granting(2))
    following.shelf.put(a=empty(1))

    def overtake():
        following.shelf.before_read = lambda: None
        following.engine.publish({}, (), following.shelf.revision + 1)

    following.shelf.before_read = overtake
    following.refresh()
    assert following.answers(1) == [True]
    following.shelf.revision += 2
    following.clock.now += 2
    following.refresh()
    assert following.answers(1) == [False]
