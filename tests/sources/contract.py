"""What every source promises the follower: a class for the tests of any source to take, the project's own or not.

    class TestMySource(SourceContract):
        @pytest.fixture
        def shop(self, tmp_path):
            return MyShop(tmp_path)

A shop has a `source`, into which it can `put(key, account)`, `spoil(key)` an account so that it is refused, and
`take(key)` it away. What it changed can be read at once.
"""

from authz.sources.source import ReadableSource, WatchableSource
from tests.sources.following import empty, granting


def everything(source):
    return source.read(source.survey(is_thorough=True), is_long=True)


class SourceContract:
    """Each test is one promise."""

    def test_it_can_be_read(self, shop):
        for name in ("survey", "read", "forget", "name_of"):
            assert callable(getattr(shop.source, name))
        assert ReadableSource.__doc__

    def test_all_accounts_are_found_and_read(self, shop):
        shop.put("a", granting(1))
        shop.put("b", empty(2))
        update = everything(shop.source)
        assert {key: account.uin for key, account in update.changed.items()} == {"a": "1", "b": "2"}
        assert (update.removed, update.faults, update.unsettled, update.deferred) == (set(), {}, {}, set())

    def test_what_was_read_is_not_found_again(self, shop):
        shop.put("a", granting(1))
        everything(shop.source)
        assert shop.source.survey(is_thorough=True) == set()
        assert shop.source.survey(is_thorough=False) == set()

    def test_what_changed_is_found_and_nothing_else(self, shop):
        for key, uin in (("a", 1), ("b", 2)):
            shop.put(key, granting(uin))
        everything(shop.source)
        shop.put("a", empty(1))
        assert shop.source.survey(is_thorough=True) == {"a"}
        update = everything(shop.source)
        assert set(update.changed) == {"a"}
        assert all(not user.policies for user in update.changed["a"].users.values())

    def test_what_is_read_again_is_told_to_be_unchanged(self, shop):
        shop.put("a", granting(1))
        everything(shop.source)
        update = shop.source.read({"a"}, is_long=True)
        assert (update.changed, update.unchanged) == ({}, {"a"})

    def test_a_broken_account_is_refused_with_problems_and_others_are_read(self, shop):
        shop.put("a", granting(1))
        shop.put("b", empty(2))
        everything(shop.source)
        shop.spoil("a")
        shop.put("b", granting(2))
        update = everything(shop.source)
        assert (set(update.faults), set(update.changed)) == ({"a"}, {"b"})
        assert all(problem.code and problem.message and problem.file for problem in update.faults["a"])

    def test_a_broken_account_is_read_once_and_then_when_it_is_mended(self, shop):
        shop.put("a", granting(1))
        shop.put("b", empty(2))
        shop.spoil("a")
        everything(shop.source)
        assert shop.source.survey(is_thorough=True) == set()
        shop.put("a", granting(1))
        assert set(everything(shop.source).changed) == {"a"}

    def test_an_account_that_is_gone_is_told_to_be_removed(self, shop):
        shop.put("a", granting(1))
        shop.put("b", empty(2))
        everything(shop.source)
        shop.take("a")
        assert shop.source.survey(is_thorough=True) == {"a"}
        assert shop.removed_of(everything(shop.source)) == {"a"}
        assert shop.source.survey(is_thorough=True) == set()

    def test_what_was_never_there_is_removed_too(self, shop):
        shop.put("a", granting(1))
        everything(shop.source)
        assert shop.source.read({"nosuch"}, is_long=False).removed == {"nosuch"}

    def test_what_was_lost_is_read_as_if_for_the_first_time(self, shop):
        shop.put("a", granting(1))
        everything(shop.source)
        shop.source.forget({"a"})
        assert set(everything(shop.source).changed) == {"a"}

    def test_a_revision_rises_with_every_change(self, shop):
        shop.put("a", granting(1))
        before = everything(shop.source).revision
        shop.put("a", empty(1))
        after = everything(shop.source).revision
        assert (before, after) == (None, None) or before < after

    def test_the_main_file_is_named_for_messages(self, shop):
        assert "a" in shop.source.name_of("a")

    def test_one_that_tells_of_changes_says_how_often_to_survey(self, shop):
        if isinstance(shop.source, WatchableSource):
            assert shop.source.poll_seconds > 0
