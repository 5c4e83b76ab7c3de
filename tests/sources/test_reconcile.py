"""What comes into force, against a model that reads everything anew at every step."""

from hypothesis import given
from hypothesis import strategies as st

from authz.errors import Problem
from authz.sources.reconcile import InForce, reconcile
from authz.sources.source import Update
from tests.builders import account

ACCOUNTS = {uin: account(uin=uin) for uin in "123"}
BROKEN = (Problem("Broken", "is broken"),)
KEYS = st.sampled_from("abcd")
STEPS = st.lists(st.dictionaries(KEYS, st.sampled_from(["1", "2", "3", "broken", "gone"]), max_size=3), max_size=8)


class Model:
    """All that is there, of which every step decides from the start what may be in force."""

    def __init__(self):
        self.there = {}  # what was read last: a uin, or "broken"
        self.candidates = {}  # the last good version of each key that is not in force
        self.in_force = {}  # key -> uin

    def step(self, read):
        before, there = dict(self.in_force), {**self.there, **read}
        self.there = {key: what for key, what in there.items() if what != "gone"}
        for key, what in read.items():
            self.candidates.pop(key, None)
            if what not in ("broken", "gone"):
                self.candidates[key] = what
        present = {key for key in before if key in self.there}
        good = dict(self.candidates)
        while True:
            uins = {**{key: before[key] for key in present}, **good}
            shared = [
                key
                for key, uin in good.items()
                if before.get(key) != uin and sum(uin == each for each in uins.values()) > 1
            ]
            if not shared:
                break
            for key in shared:
                del good[key]
        after = {**{key: before[key] for key in present}, **good}
        if before and not after:
            return  # no account at all is a mistake, not an order
        self.in_force = after
        self.candidates = {key: uin for key, uin in self.candidates.items() if key not in good}


def update_of(read):
    return Update(
        changed={key: ACCOUNTS[what] for key, what in read.items() if what in ACCOUNTS},
        removed=frozenset(key for key, what in read.items() if what == "gone"),
        faults={key: BROKEN for key, what in read.items() if what == "broken"},
    )


@given(STEPS)
def test_step_by_step_it_comes_to_what_reading_everything_anew_does(steps):
    model, state, uins = Model(), InForce(), set()
    for read in steps:
        model.step(read)
        plan = reconcile(state, update_of(read), str)
        state.apply(plan)
        uins = (uins - plan.removed) | {each.uin for each in plan.changed.values()}
        assert state.uins == model.in_force
        assert uins == set(state.uins.values()) == set(state.keys)
        assert {key: each.uin for key, each in state.waiting.items()} == model.candidates
        assert state.uins == {key: uin for uin, key in state.keys.items()}
        assert plan.collisions.keys() == state.waiting.keys()


def test_the_problem_of_a_collision_names_the_others():
    plan = reconcile(InForce(), update_of({"a": "1", "b": "1", "c": "2"}), lambda key: f"{key}/main")
    assert set(plan.changed) == {"c"}
    assert {key: (each.message, each.file) for key, (each,) in plan.collisions.items()} == {
        "a": ("account 1 is defined in b/main too", "a/main"),
        "b": ("account 1 is defined in a/main too", "b/main"),
    }


def test_accounts_that_are_all_gone_are_missing_until_one_is_there_again():
    state = InForce()
    state.apply(reconcile(state, update_of({"a": "1", "b": "2"}), str))
    plan = reconcile(state, update_of({"a": "gone", "b": "gone"}), str)
    assert (plan.gone, plan.removed, plan.missing) == (set(), set(), {"a", "b"})
    state.apply(plan)
    state.apply(reconcile(state, update_of({"c": "3"}), str))
    assert (state.uins, state.missing) == ({"c": "3"}, set())
