"""The ledger of a database's changes: no revision is claimed before everything until it was read."""

from hypothesis import given
from hypothesis import strategies as st

from authz.sources.database.ledger import NEVER, Ledger

UINS = st.sampled_from("abcdef")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), UINS),
        st.tuples(st.just("remove"), UINS),
        st.tuples(st.just("learn"), st.none()),
        st.tuples(st.just("compare"), st.none()),
        st.tuples(st.just("read"), st.sets(UINS)),
        st.tuples(st.just("forget"), UINS),
    ),
    max_size=60,
)


class World:
    """Accounts with the revisions of their last changes, a ledger of them, and what a reader has."""

    def __init__(self):
        self.accounts = {}
        self.history = []  # at each revision: which account changed, and whether it is there since
        self.ledger = Ledger()
        self.has = {}  # the revision as of which an account was read, and whether it was there

    @property
    def revision(self):
        return len(self.history)

    def change(self, uin):
        self.history.append((uin, True))
        self.accounts[uin] = self.revision

    def remove(self, uin):
        self.history.append((uin, False))
        self.accounts.pop(uin, None)

    def learn(self, _):
        if self.ledger.horizon == NEVER:
            self.compare(None)
            return
        firsts = {}
        for revision in range(self.ledger.horizon + 1, self.revision + 1):
            firsts.setdefault(self.history[revision - 1][0], revision)
        self.ledger.learn(firsts, self.revision)

    def compare(self, _):
        self.ledger.compare(self.accounts, self.revision)

    def read(self, asked):
        self.learn(None)
        wanted = self.ledger.wanted(asked, 2)
        self.ledger.note(wanted, {uin: self.accounts[uin] for uin in wanted if uin in self.accounts})
        for uin in wanted:
            self.has[uin] = self.revision, uin in self.accounts

    def forget(self, uin):
        self.has.pop(uin, None)
        self.ledger.forget([uin])

    def is_true(self):
        """Whether the reader has each account as of the complete revision or later."""
        complete = max(self.ledger.complete, 0)
        last = {uin: (revision, is_there) for revision, (uin, is_there) in enumerate(self.history[:complete], start=1)}
        for uin, (revision, is_there) in last.items():
            seen, was_there = self.has.get(uin, (0, False))
            if seen < revision and (is_there or was_there):
                return False
        return True


@given(STEPS)
def test_the_complete_revision_is_never_claimed_too_early(steps):
    world = World()
    for step, argument in steps:
        getattr(world, step)(argument)
        assert world.is_true(), steps
        assert world.ledger.complete <= world.ledger.horizon <= world.revision


@given(STEPS)
def test_reading_what_is_oldest_ends_at_the_horizon(steps):
    world = World()
    for step, argument in steps:
        getattr(world, step)(argument)
    for _ in range(10):
        world.read(set())
    assert world.ledger.complete == world.ledger.horizon == world.revision
    assert {uin for uin, (_, is_there) in world.has.items() if is_there} == world.accounts.keys()


def test_the_oldest_are_read_first_so_that_each_read_completes_a_revision():
    ledger = Ledger()
    ledger.compare({}, 0)
    ledger.learn({"b": 1, "c": 2, "a": 3}, 3)
    assert ledger.wanted(["a"], 1) == ["a", "b"]
    ledger.note(["a", "b"], {"a": 3, "b": 1})
    assert ledger.complete == 1
    ledger.note(["c"], {"c": 2})
    assert ledger.complete == 3
