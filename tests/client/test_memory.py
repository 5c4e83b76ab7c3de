"""The rules of the local cache, against a slow and obvious model."""

import sys
import threading
import tracemalloc

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from authz.client.answers import Decision, Reason
from authz.client.memory import DecisionMemory, is_revision

ACCOUNTS = ("10", "20")
TTL = 5.0


def key_of(account, resource_account):
    return (f"qcs::cam::uin/{account}:uin/1", "sms:SendSms", f"qcs::sms::uin/{resource_account}:app/1", b"")


KEYS = [key_of(one, other) for one in ACCOUNTS for other in ACCOUNTS]
keys = st.sampled_from(KEYS)


def decision(revision):
    return Decision(allowed=True, reason=Reason.ALLOWED, revision=str(revision))


def watched(revision="5", size=10):
    now = [0.0]
    memory = DecisionMemory(size, TTL, lambda: now[0])
    memory.begin(revision)
    return memory, now


def test_nothing_is_kept_before_a_watch_begins_nor_across_one():
    memory = DecisionMemory(10, TTL)
    memory.put(KEYS[0], decision(9), memory.ticket())
    early = memory.ticket()
    memory.begin("5")
    memory.put(KEYS[0], decision(9), early)
    assert len(memory) == 0


def test_an_answer_that_a_change_overtook_is_not_kept():
    memory, _ = watched("5")
    ticket = memory.ticket()
    memory.advance("6", ["20"])
    memory.put(KEYS[0], decision(5), ticket)
    assert len(memory) == 0


def test_a_decision_about_two_accounts_goes_with_either():
    for changed in ACCOUNTS:
        memory, _ = watched()
        for key in KEYS:
            memory.put(key, decision(5), memory.ticket())
        memory.advance("6", [changed])
        left = [key for key in KEYS if memory.get(key, "")]
        assert left == [key for key in KEYS if f"uin/{changed}:" not in key[0] + key[2]]


def test_a_revision_that_is_asked_for_must_be_that_of_the_decision():
    memory, _ = watched()
    memory.put(KEYS[0], decision(5), memory.ticket())
    assert memory.get(KEYS[0], "5")
    assert not memory.get(KEYS[0], "6")
    assert not memory.get(KEYS[0], "latest")


def test_what_names_no_account_or_no_revision_is_not_kept():
    memory, _ = watched()
    memory.put(("someone", "a", "*", b""), decision(5), memory.ticket())
    memory.put(KEYS[0], decision("r5"), memory.ticket())
    assert len(memory) == 0
    assert [is_revision(text) for text in ("5", "", "-5", "x", "\u0665", "1" * 5000)] == [True] + [False] * 5


def test_the_least_recently_used_makes_room():
    memory, _ = watched(size=2)
    for key in KEYS[:2]:
        memory.put(key, decision(5), memory.ticket())
    memory.get(KEYS[0], "")
    memory.put(KEYS[2], decision(5), memory.ticket())
    assert [bool(memory.get(key, "")) for key in KEYS[:3]] == [True, False, True]


def test_what_is_kept_has_so_many_bytes_and_what_is_long_is_not_kept():
    memory, _ = watched(size=100)
    account, action, resource, context = KEYS[0]
    for number in range(100):
        memory.put((account, f"{action}{number}", resource + "x" * 10_000, context), decision(5), memory.ticket())
    assert 10 < len(memory) <= 100 * 2048 // 10_000
    memory.put((account, action, resource + "x" * 1_000_000, context), decision(5), memory.ticket())
    assert not memory.get((account, action, resource + "x" * 1_000_000, context), "")
    assert memory.get((account, f"{action}99", resource + "x" * 10_000, context), "")


def test_a_decision_takes_no_more_memory_than_is_counted():
    memory, _ = watched(size=100_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(30_000):
            memory.put((*KEYS[0][:3], b"%090d" % number), decision(10_000 + number), memory.ticket())
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.4 * memory._entries.currsize < taken <= memory._entries.currsize


class MemoryMachine(RuleBasedStateMachine):
    """A sidecar whose decisions are the revision of their accounts' last change, and a cache that must not lag."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.memory = DecisionMemory(3, TTL, lambda: self.now)
        self.revision = 1
        self.changed = dict.fromkeys(
            ACCOUNTS, 1
        )  # account -> the revision that changed it last, as the client was told
        self.watched = False
        self.flying = []

    def truth(self, key):
        return max(self.changed[each] for each in ACCOUNTS if f"uin/{each}:" in key[0] + key[2])

    @rule(key=keys)
    def ask(self, key):
        self.flying.append((key, self.memory.ticket(), self.revision, self.now, self.truth(key)))

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def answer(self, data):
        at = data.draw(st.integers(0, len(self.flying) - 1))
        key, ticket, revision, asked, state = self.flying.pop(at)
        message = f"{asked} {state}"
        self.memory.put(
            key, Decision(allowed=True, reason=Reason.ALLOWED, message=message, revision=str(revision)), ticket
        )

    @rule(accounts=st.sets(st.sampled_from(ACCOUNTS)))
    def change(self, accounts):
        self.revision += 1
        for each in accounts or ACCOUNTS:
            self.changed[each] = self.revision
        if self.watched:
            self.memory.advance(str(self.revision), sorted(accounts))

    @rule()
    def lose(self):
        self.memory.lose()
        self.watched = False

    @rule(back=st.booleans())
    def begin(self, back):
        if back:  # another server, whose revisions are behind
            self.revision = 1
            self.changed = dict.fromkeys(ACCOUNTS, 1)
            self.flying = [(key, ticket, revision, asked, -1) for key, ticket, revision, asked, _ in self.flying]
        self.memory.begin(str(self.revision))
        self.watched = True

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds):
        self.now += seconds

    @invariant()
    def what_is_kept_is_true_young_and_watched(self):
        assert len(self.memory) <= 3
        for key in KEYS:
            known = self.memory.get(key, "")
            if known is not None:
                asked, state = known.message.split()
                assert self.watched
                assert self.now < float(asked) + TTL
                assert int(state) == self.truth(key)


TestMemory = MemoryMachine.TestCase
TestMemory.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


@pytest.fixture
def hasty_threads():
    """Threads that take turns all the time, so that every order of their steps comes up."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_ask_while_others_forget_get_an_answer_or_none():
    memory = DecisionMemory(3, 60.0)
    stop, found, failures = threading.Event(), set(), []

    def ask():
        try:
            while not stop.is_set():
                found.update(memory.get(key, "") for key in KEYS)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the test
            failures.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for turn in range(1000):
        memory.begin("1")
        for key in KEYS:
            memory.put(key, decision(1), memory.ticket())
        if turn % 2:
            memory.advance("2", ["10"])
        memory.lose()
    stop.set()
    for asker in askers:
        asker.join()
    assert failures == []
    assert found <= {None, decision(1)}
