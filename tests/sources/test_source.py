"""What every source promises the follower, whatever it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import InvalidAccountError
from authz.sources.directory import DirectorySource
from authz.sources.source import Look
from tests.builders import account
from tests.sources.folders import attachments, write_account
from tests.sources.shelf import Shelf


class OnDisk:
    def __init__(self, folder):
        self.folder = folder
        self.source = DirectorySource(folder)

    def put(self, key, uin):
        write_account(self.folder / key, uin)

    def spoil(self, key):
        (self.folder / key / "attachments.yaml").write_text(attachments(0))

    def bare(self, key):
        (self.folder / key / "attachments.yaml").unlink()


class InMemory:
    def __init__(self, _):
        self.source = Shelf()

    def put(self, key, uin):
        self.source.put(**{key: account(uin=str(uin))})

    def spoil(self, key):
        self.source.put(**{key: "is spoilt"})

    def bare(self, key):
        self.source.take(key, leaving_bare=True)


@pytest.fixture(params=[OnDisk, InMemory])
def shop(request, tmp_path):
    """A source with the accounts a and b, and the ways to change it."""
    made = request.param(tmp_path)
    made.put("a", 1)
    made.put("b", 2)
    return made


def test_all_accounts_are_seen_and_can_be_loaded(shop):
    look = shop.source.look()
    assert {key: shop.source.load(key).uin for key in look.accounts} == {"a": "1", "b": "2"}
    assert look.bare == {}


def test_looks_are_alike_while_nothing_changes(shop):
    assert shop.source.look() == shop.source.look()


def test_a_stamp_differs_whenever_its_content_does(shop):
    before = shop.source.look().accounts
    shop.put("a", 3)
    after = shop.source.look().accounts
    assert (after["a"] != before["a"], after["b"] == before["b"]) == (True, True)


def test_a_broken_account_is_refused_with_problems(shop):
    shop.spoil("a")
    with pytest.raises(InvalidAccountError) as caught:
        shop.source.load("a")
    assert caught.value.problems


def test_an_account_that_lost_its_main_file_is_bare_and_refused(shop):
    shop.bare("a")
    look = shop.source.look()
    assert (list(look.accounts), list(look.bare)) == (["b"], ["a"])
    with pytest.raises(InvalidAccountError):
        shop.source.load("a")


def test_nobody_writing_is_settled(shop):
    assert shop.source.is_settled(["a", "b"])


def test_the_main_file_is_named_for_messages(shop):
    assert "a/" in shop.source.missing("a")


KEYS = st.sampled_from("abcdef")
STAMPS = st.dictionaries(KEYS, st.integers(0, 2))


@given(st.dictionaries(KEYS, st.tuples(st.booleans(), st.integers(0, 2))), STAMPS, st.sets(KEYS))
def test_a_look_differs_from_what_was_taken_where_an_account_came_changed_or_went(places, taken, in_force):
    accounts = {key: stamp for key, (is_account, stamp) in places.items() if is_account}
    bare = {key: stamp for key, (is_account, stamp) in places.items() if not is_account}
    present = accounts | {key: stamp for key, stamp in bare.items() if key in in_force}
    expected = {key for key in present.keys() | taken.keys() if present.get(key) != taken.get(key)}
    assert Look(accounts, bare).differing(taken, in_force) == expected
