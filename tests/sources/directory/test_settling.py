import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.sources.directory.settling import GROUP_SECONDS, QUIET_SECONDS, ChangeQueue, Writing

FILES = st.sampled_from(["attachments.yaml", "p.json", None])
WRITING = st.sampled_from(Writing)


def test_a_change_is_due_when_it_is_quiet():
    queue = ChangeQueue()
    queue.put("a", "p.json", Writing.CLOSED, 1.0)
    queue.put("a", "q.json", Writing.CLOSED, 1.005)
    assert queue.take(1.0 + QUIET_SECONDS) == {}
    assert queue.next_due() == 1.005 + QUIET_SECONDS
    taken = queue.take(1.005 + QUIET_SECONDS)
    assert taken["a"].files == {"p.json": Writing.CLOSED, "q.json": Writing.CLOSED}
    assert queue.next_due() is None


def test_a_change_that_goes_on_and_on_is_due_all_the_same():
    queue = ChangeQueue()
    now = 1.0
    while not queue.take(now):
        queue.put("a", "p.json", Writing.CLOSED, now)
        now += QUIET_SECONDS / 2
    assert now <= 1.0 + GROUP_SECONDS + QUIET_SECONDS


def test_an_account_that_never_rests_holds_up_no_other():
    queue = ChangeQueue()
    for step in range(10):
        queue.put("busy", "p.json", Writing.OPEN, 1.0 + step * QUIET_SECONDS / 2)
    queue.put("other", "p.json", Writing.CLOSED, 1.0)
    assert "other" in queue.take(1.0 + QUIET_SECONDS)


@pytest.mark.parametrize(
    ("events", "known"),
    [
        ([Writing.UNSURE, Writing.OPEN, Writing.CLOSED], Writing.CLOSED),
        ([Writing.CLOSED, Writing.OPEN], Writing.OPEN),
        ([Writing.OPEN, Writing.SAME], Writing.OPEN),
        ([Writing.SAME], Writing.CLOSED),
    ],
)
def test_the_last_event_says_who_writes(events, known):
    queue = ChangeQueue()
    for writing in events:
        queue.put("a", "p.json", writing, 1.0)
    assert queue.take_of(["a"])["a"].files == {"p.json": known}


@given(st.lists(st.tuples(st.sampled_from("ab"), FILES, WRITING, st.floats(0, 0.2)), min_size=1))
def test_no_event_is_lost_and_none_is_kept_for_longer_than_the_bound(events):
    queue, now, noted, taken = ChangeQueue(), 0.0, set(), set()
    first = {}
    for key, file, writing, pause in events:
        queue.put(key, file, writing, now)
        noted.add((key, file))
        first.setdefault(key, now)
        now += pause
        for due, change in queue.take(now).items():
            assert now - first.pop(due) <= GROUP_SECONDS + max(pause for *_, pause in events)
            taken |= {(due, file) for file in change.files or [None]}
            taken |= {(due, name) for name in ("attachments.yaml", "p.json", None) if change.files is None}
    for due, change in queue.take(now + GROUP_SECONDS).items():
        taken |= {(due, name) for name in change.files or ["attachments.yaml", "p.json", None]}
    assert noted <= taken


def test_changes_that_are_put_together_keep_when_they_began():
    queue = ChangeQueue()
    queue.put("a", "p.json", Writing.OPEN, 1.0)
    earlier = queue.take_of(["a"])["a"]
    queue.put("a", "q.json", Writing.CLOSED, 3.0)
    assert queue.has("a")
    both = earlier.merged(queue.take_of(["a"])["a"])
    assert (both.first, both.last) == (1.0, 3.0)
    assert both.files == {"p.json": Writing.OPEN, "q.json": Writing.CLOSED}
    queue.put("a", None, Writing.UNSURE, 4.0)
    assert both.merged(queue.take_of(["a"])["a"]).files is None
