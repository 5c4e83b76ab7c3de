import gc
import sys
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from authz.pdp.cache import DecisionCache, Entry, Repeats


class Lease:
    def __init__(self):
        self.live = True


def found(cache, key):
    entry = cache.get(key)
    return None if entry is None else entry.answer


def test_an_answer_that_was_kept_is_found_again():
    cache = DecisionCache(2)
    cache.put(b"question", Entry(b"answer", Lease()))
    assert found(cache, b"question") == b"answer"
    assert (cache.hits, cache.misses, cache.dropped, len(cache)) == (1, 0, 0, 1)


def test_a_question_that_was_never_answered_is_not_found_and_its_asker_counts_the_miss():
    cache = DecisionCache(2)
    assert found(cache, b"question") is None
    cache.miss()
    assert (cache.hits, cache.misses, cache.dropped) == (0, 1, 0)


def test_an_answer_whose_lease_ended_is_dropped_once():
    cache, lease = DecisionCache(2), Lease()
    cache.put(b"question", Entry(b"answer", lease))
    lease.live = False
    assert found(cache, b"question") is None
    assert (cache.hits, cache.dropped, len(cache)) == (0, 1, 0)
    assert found(cache, b"question") is None
    assert cache.dropped == 1


def test_the_end_of_one_lease_leaves_the_answers_of_others():
    cache, ended, lasting = DecisionCache(2), Lease(), Lease()
    cache.put(b"a", Entry(b"1", ended))
    cache.put(b"b", Entry(b"2", lasting))
    ended.live = False
    assert (found(cache, b"a"), found(cache, b"b")) == (None, b"2")


def test_an_answer_that_is_put_after_its_lease_ended_is_never_given():
    cache, lease = DecisionCache(2), Lease()
    lease.live = False
    cache.put(b"question", Entry(b"answer", lease))
    assert found(cache, b"question") is None


def test_a_new_answer_replaces_the_old_one():
    cache, old = DecisionCache(2), Lease()
    cache.put(b"question", Entry(b"old", old))
    cache.put(b"question", Entry(b"new", Lease()))
    old.live = False
    assert found(cache, b"question") == b"new"


def test_the_least_recently_used_answer_makes_room():
    cache = DecisionCache(2)
    for question in (b"a", b"b"):
        cache.put(question, Entry(question, Lease()))
    found(cache, b"a")
    cache.put(b"c", Entry(b"c", Lease()))
    assert [found(cache, question) for question in (b"a", b"b", b"c")] == [b"a", None, b"c"]


def test_a_cache_of_size_one_keeps_the_last_answer():
    cache = DecisionCache(1)
    for question in (b"a", b"b"):
        cache.put(question, Entry(question, Lease()))
    assert (found(cache, b"a"), found(cache, b"b")) == (None, b"b")


def test_a_cache_of_size_nought_keeps_nothing():
    cache = DecisionCache(0)
    cache.put(b"question", Entry(b"answer", Lease()))
    assert found(cache, b"question") is None
    assert (cache.size, len(cache)) == (0, 0)


@given(st.integers(0, 3), st.lists(st.tuples(st.sampled_from(["put", "get", "end"]), st.integers(0, 4))))
def test_the_cache_never_gives_a_wrong_or_ended_answer_nor_outgrows_its_size(size, steps):
    cache, newest = DecisionCache(size), {}
    for count, (step, number) in enumerate(steps):
        question = b"%d" % number
        answer, lease = newest.get(question, (None, Lease()))
        if step == "put":
            newest[question] = (b"%d" % count, Lease())
            cache.put(question, Entry(*newest[question]))
        elif step == "end":
            lease.live = False
        else:
            assert found(cache, question) in ((answer, None) if lease.live else (None,))
        assert len(cache) <= size
    assert cache.hits <= sum(step == "get" for step, _ in steps)


def held_with(*kept, most=1_000_000, size=1000):
    cache = DecisionCache(size, most=most)
    for key, entry in kept:
        cache.put(key, entry)
    return cache


def test_bytes_are_counted_of_questions_and_answers():
    entry = Entry(b"a" * 100, Lease())
    little = held_with((b"q" * 100, entry)).held
    assert held_with((b"q" * 1100, entry)).held == little + 1000
    assert held_with((b"q" * 100, Entry(b"a" * 1100, Lease()))).held == little + 2 * 1000  # with the result
    text = "é" * 500  # two bytes each on the wire, one in memory
    assert held_with(((text, (("k", (text,)),)), entry)).held > little + 900


def test_answers_of_more_bytes_than_there_is_room_for_make_room_the_least_recently_used_first():
    cache = held_with(*((b"%d" % n, Entry(b"a" * 3000, Lease())) for n in range(100)), most=70_000)
    assert 60_000 < cache.held <= 70_000
    assert found(cache, b"99")
    assert not found(cache, b"0")
    assert cache.evicted == 100 - len(cache)


def test_what_is_long_is_not_kept_nor_is_anything_where_there_is_no_room():
    cache = held_with((b"q" * 10_000, Entry(b"a", Lease())), (b"q", Entry(b"a" * 10_000, Lease())))
    assert (len(cache), cache.held) == (0, 0)
    assert len(held_with((b"q", Entry(b"a", Lease())), most=0)) == 0


def test_hints_are_there_once_for_all_answers_that_end_in_them():
    hints = b"h" * 4000
    entries = [Entry(b"a", Lease(), hints=bytes(bytearray(hints))) for _ in range(300)]
    cache = held_with(*((b"%d" % n, entry) for n, entry in enumerate(entries)))
    assert len({id(entry.hints) for entry in entries}) == 1
    assert cache.held < 300 * 700 + 5000
    for entry in entries:
        entry.lease.live = False
    assert [found(cache, b"%d" % n) for n in range(300)] == [None] * 300
    assert cache.held == 0


def test_hints_that_many_answers_do_not_share_have_room_like_all_else():
    entries = [(b"%d" % n, Entry(b"a", Lease(), hints=b"%04d" % n * 1000)) for n in range(300)]
    cache = held_with(*entries, most=100_000)
    assert 80_000 < cache.held <= 100_000
    for key, entry in entries:  # under the same questions, new answers with other hints
        cache.put(key, Entry(b"b", Lease(), hints=entry.hints[::-1]))
    assert cache.held <= 100_000


STEPS = st.tuples(st.sampled_from(["put", "get", "end"]), st.integers(0, 9), st.integers(0, 3), st.integers(0, 3000))


@given(st.lists(STEPS, max_size=60), st.integers(0, 20_000))
def test_the_bytes_that_are_counted_are_those_of_what_is_kept(steps, most):
    cache, leases = DecisionCache(6, most=most), {}
    for step, number, hint, length in steps:
        key = b"%d" % number
        if step == "put":
            leases[key] = Lease()
            hints = b"%d" % hint * 500 if hint else b""
            cache.put(key, Entry(b"a" * length, leases[key], hints=hints))
        elif step == "end":
            leases.get(key, Lease()).live = False
        else:
            cache.get(key)
        assert cache.held <= most
    left = [cache._entries[key] for key in cache._entries]
    assert cache._entries._hints.held == sum(400 + len(hints) for hints in {entry.hints for entry in left} - {b""})
    for key in list(cache._entries):
        cache._entries.remove(key)
    assert cache.held == 0


def test_an_entry_takes_no_more_memory_than_is_counted():
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        cache = DecisionCache(10**6)
        for n in range(30_000):
            entry = Entry(b"%090d" % n, Lease())
            entry.result = entry.answer + b"."
            cache.put(b"%0120d" % n, entry)
        taken = tracemalloc.get_traced_memory()[0] - before - 30_000 * sys.getsizeof(Lease())
    finally:
        tracemalloc.stop()
    assert 0.5 * cache.held < taken <= cache.held


def test_what_is_asked_again_is_told_from_what_is_asked_once_and_forgotten_in_time():
    repeats = Repeats(2)
    assert [repeats.has(question) for question in (b"a", b"a", b"b", b"a", b"c", b"a")] == [
        False, True, False, True, False, False,
    ]  # fmt: skip


def with_result(number, result_id=7):
    entry = Entry(b"%d" % number, Lease())
    entry.result_id = result_id
    return entry


def test_answers_that_have_results_are_found_all_at_once():
    cache = DecisionCache(10)
    entries = {b"%d" % number: with_result(number) for number in range(3)}
    for key, entry in entries.items():
        cache.put(key, entry)
    asked = [b"2", b"0", b"2"]
    assert cache.get_results(asked, (6, 7)) == ([entries[key] for key in asked], {7: 3})
    assert cache.get_results([b"1"], (6, 7)) == ([entries[b"1"]], {7: 1})
    assert cache.hits == 4


def test_unless_all_are_there_with_such_results_none_is_found():
    cache = DecisionCache(10)
    cache.put(b"a", with_result(1))
    cache.put(b"b", with_result(2, result_id=6))
    cache.put(b"c", Entry(b"3", Lease()))
    for asked, result_id in [([b"a", b"d"], 7), ([b"a", b"b"], 7), ([b"a"], 8), ([b"c"], 7)]:
        assert cache.get_results(asked, (result_id,)) is None
    assert cache.hits == 0


def full(size):
    """Of answers with results to the first numbers."""
    cache = DecisionCache(size)
    for number in range(size):
        cache.put(b"%d" % number, with_result(number))
    return cache


def test_what_is_found_at_once_is_the_last_to_make_room():
    cache = full(3)
    cache.get_results([b"0", b"1"], (7,))
    cache.put(b"new", with_result(9))
    assert found(cache, b"2") is None
    assert found(cache, b"0") == b"0"


def test_a_new_answer_never_makes_room_for_those_that_were_found():
    cache = full(2)
    cache.get_results([b"0", b"1"], (7,))
    cache.put(b"new", with_result(9))
    assert [found(cache, key) is not None for key in (b"0", b"1", b"new")] == [False, True, True]


def test_an_answer_that_was_found_and_is_dropped_leaves_its_room():
    cache, lease = DecisionCache(2), Lease()
    entry = Entry(b"0", lease)
    entry.result_id = 7
    cache.put(b"0", entry)
    cache.put(b"1", with_result(1))
    cache.get_results([b"0", b"1"], (7,))
    lease.live = False
    assert found(cache, b"0") is None
    cache.put(b"2", with_result(2))
    cache.put(b"3", with_result(3))
    assert [found(cache, key) is not None for key in (b"1", b"2", b"3")] == [False, True, True]


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), max_size=16))
def test_found_at_once_or_one_by_one_the_same_make_room(looked_up):
    at_once, singly = full(5), full(5)
    for numbers in looked_up:
        keys = [b"%d" % number for number in numbers]
        if at_once.get_results(keys, (7,)) is not None:
            for key in keys:
                singly.get(key)
        else:
            for key in keys:
                for cache in (at_once, singly):
                    cache.put(key, with_result(0))
    assert {key for key in (b"%d" % n for n in range(10)) if found(at_once, key)} == {
        key for key in (b"%d" % n for n in range(10)) if found(singly, key)
    }
