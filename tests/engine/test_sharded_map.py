import sys

from hypothesis import given
from hypothesis import strategies as st

from authz.engine.sharded_map import ShardedMap

KEYS = st.integers(0, 600).map(str)  # more than there are parts
CHANGES = st.lists(st.tuples(st.sets(KEYS, max_size=20), st.dictionaries(KEYS, st.integers(), max_size=20)), max_size=8)


def after(before, removed, changed):
    return {key: value for key, value in before.items() if key not in removed} | changed


@given(st.dictionaries(KEYS, st.integers()), CHANGES)
def test_it_equals_a_dict_after_the_same_changes(first, changes):
    sharded, plain = ShardedMap(first), dict(first)
    for removed, changed in changes:
        sharded, plain = sharded.updated(removed, changed), after(plain, removed, changed)
        assert dict(sharded) == plain
        assert len(sharded) == len(plain)
        assert all(sharded.find(str(key)) == plain.get(str(key)) for key in range(601))


@given(st.dictionaries(KEYS, st.integers()), CHANGES)
def test_earlier_versions_do_not_change(first, changes):
    versions = [(ShardedMap(first), first)]
    for removed, changed in changes:
        sharded, plain = versions[-1]
        versions.append((sharded.updated(removed, changed), after(plain, removed, changed)))
    assert all(dict(sharded) == plain for sharded, plain in versions)


@given(st.dictionaries(KEYS, st.builds(object)), st.sets(KEYS), st.dictionaries(KEYS, st.builds(object)))
def test_a_difference_leads_from_one_version_to_another(first, removed, changed):
    before = ShardedMap(first)
    now = before.updated(removed, changed)
    entries, gone = now.changed_since(before)
    assert entries == changed
    assert gone == frozenset(first) & removed - changed.keys()
    assert before.updated(gone, entries) == now


def test_everything_differs_from_nothing_and_nothing_from_itself():
    some = ShardedMap({str(number): number for number in range(1000)})
    assert some.changed_since(ShardedMap()) == (dict(some), frozenset())
    assert ShardedMap().changed_since(some) == ({}, frozenset(some))
    assert some.changed_since(some) == ({}, frozenset())


def test_a_change_copies_a_small_part_of_it():
    many = ShardedMap({str(number): number for number in range(100_000)})
    changed = many.updated((), {"7": 0})
    copied = [now for now, then in zip(changed._shards, many._shards, strict=True) if now is not then]
    assert len(copied) == 1
    assert sys.getsizeof(copied[0]) < sys.getsizeof(dict(many)) / 50


def test_a_key_that_is_not_there_is_an_error_only_where_one_asks_for_it():
    assert ShardedMap({"a": 1}).find("b") is None
    assert ShardedMap({"a": 1}).get("b", 2) == 2
    assert "b" not in ShardedMap({"a": 1})
