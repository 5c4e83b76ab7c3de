"""An account renewed is the account built anew, made of the old one's objects wherever nothing changed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from authz.accounts.model import Account, Group, Policy, Role, User
from authz.accounts.presets import find_preset
from authz.accounts.renew import Holders, renew, shared
from authz.language.document import PolicyDocument
from tests.builders import allow, deny, policy

NAMES = st.sampled_from("pqrs")
VERSIONS = {name: [policy(name, allow("im:*")), policy(name, deny("im:*"))] for name in "pqrs"}
PRESET = find_preset("QcloudIMReadOnlyAccess")
HELD = st.lists(NAMES, unique=True, max_size=3)


@st.composite
def accounts(draw):
    """Attachments drawn: what makes an account of them and of policies."""
    groups = draw(st.dictionaries(st.sampled_from("gh"), HELD))
    users = draw(
        st.dictionaries(
            st.sampled_from("123"),
            st.tuples(HELD, st.lists(st.sampled_from(sorted(groups) or ["-"]), unique=True), st.none() | NAMES),
        )
    )
    roles = draw(st.dictionaries(st.sampled_from("cd"), st.tuples(HELD, st.none() | NAMES)))

    def build(policies):
        def held(names):
            return (*(policies[name] for name in names), PRESET)

        made = {name: Group(name, held(names)) for name, names in groups.items()}
        return Account(
            "1",
            "",
            {
                uin: User(uin, "", held(own), tuple(made[name] for name in of if name in made), policies.get(bound))
                for uin, (own, of, bound) in users.items()
            },
            made,
            {
                name: Role(name, held(own), PolicyDocument(()), policies.get(bound))
                for name, (own, bound) in roles.items()
            },
            policies,
        )

    return build


def at(versions):
    return {name: VERSIONS[name][version] for name, version in versions.items()}


ALL = st.fixed_dictionaries({name: st.integers(0, 1) for name in "pqrs"})


def touched(before, after):
    """The users, groups and roles that are other objects."""
    return {
        (kind, key)
        for kind in ("users", "groups", "roles")
        for key, each in getattr(after, kind).items()
        if getattr(before, kind).get(key) is not each
    }


@given(accounts(), ALL, ALL)
def test_renewing_some_policies_is_building_the_account_anew(build, old, new):
    before, expected = build(at(old)), build(at(new))
    changed = {name: policy for name, policy in at(new).items() if old[name] != new[name]}
    after = renew(before, Holders(before), changed)
    assert after == expected
    assert touched(before, after) == {
        (kind, key)
        for kind in ("users", "groups", "roles")
        for key, each in getattr(expected, kind).items()
        if getattr(before, kind)[key] != each
    }


@given(accounts(), ALL, ALL)
def test_who_holds_a_policy_stays_known_while_nobody_is_attached_to_another(build, old, new):
    holders = Holders(build(at(old)))
    assert vars(holders) == vars(Holders(build(at(new))))


def test_policies_that_nobody_holds_come_and_go():
    before = Account("1", "", {}, {}, {}, at({"p": 0}))
    after = renew(before, Holders(before), at({"q": 0}), ["p"])
    assert set(after.policies) == {"q"}
    assert not Holders(before).holds_any(["p"])


@given(accounts(), ALL, ALL)
def test_what_is_equal_is_shared(build, old, new):
    before, after = build(at(old)), build(at(new))
    merged = shared(before, after)
    assert merged == after
    assert touched(before, merged) == touched(before, renew(before, Holders(before), at(new))) & touched(before, merged)
    assert (merged is before) == (before == after)


def test_an_account_with_another_number_is_another_one():
    before = Account("1", "", {}, {}, {}, at({"p": 0}))
    assert shared(before, replace(before, app_id="7")) is not before
    assert shared(None, before) is before


def test_a_preset_is_no_policy_of_the_account():
    user = User("1", "", (PRESET,), (), Policy("p", PolicyDocument(())))
    holders = Holders(Account("1", "", {"1": user}, {}, {}, {}))
    assert holders.users([PRESET.name], []) == set()
    assert holders.users(["p"], []) == {"1"}
