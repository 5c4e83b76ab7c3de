"""Which versions of accounts come into force: a pure function of the accounts in force and of what a source read.

Two accounts must not have one uin. A version that claims the uin of another account waits until it is free.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from authz.accounts.model import Account
from authz.errors import Problem
from authz.sources.source import Update


@dataclass(frozen=True, slots=True)
class ReloadPlan:
    """What an update changes.

    `changed` comes into force by key, `gone` are keys and `removed` uins that end. `waiting` is every good version
    whose uin another account has, with the problem that says so in `collisions`. `missing` are accounts that are gone
    but stay in force, since no account would be left: that is taken for a mistake, not for an order.
    """

    changed: Mapping[str, Account]
    gone: frozenset[str]
    removed: frozenset[str]
    waiting: Mapping[str, Account]
    collisions: Mapping[str, tuple[Problem, ...]]
    missing: frozenset[str] = frozenset()


@dataclass(slots=True)
class InForce:
    """The accounts of a source that are in force, each found by key and by uin.

    Beside them those that wait for their uin, and the keys of those in force although they are gone.
    """

    uins: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    waiting: Mapping[str, Account] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def apply(self, plan: ReloadPlan) -> None:
        """Note that a plan came into force."""
        for key in (*plan.gone, *plan.changed):
            uin = self.uins.pop(key, None)
            if uin is not None and self.keys.get(uin) == key:
                del self.keys[uin]
        for key, account in plan.changed.items():
            self.uins[key] = account.uin
            self.keys[account.uin] = key
        self.waiting, self.missing = plan.waiting, plan.missing


def reconcile(in_force: InForce, update: Update, name_of: Callable[[str], str]) -> ReloadPlan:
    """What an update leads to, at a cost that depends on what changed and waits, not on what is in force.

    A version that has the uin of its account's last version is good, whichever other account claims it. All others are
    refused while their uin is another's. A refusal puts the old uin of its key back in play, so this is repeated until
    nothing changes.
    """
    there = update.changed.keys() | update.unchanged | update.faults.keys()
    removed = update.removed | (in_force.missing - there)
    touched = update.changed.keys() | update.faults.keys() | removed
    good = {key: account for key, account in in_force.waiting.items() if key not in touched}
    good.update(update.changed)
    waiting: dict[str, Account] = {}
    while refused := _refused(in_force, good, removed):
        waiting.update((key, good.pop(key)) for key in refused)
    gone = frozenset(key for key in removed if key in in_force.uins)
    if gone and not good and len(gone) == len(in_force.uins):
        gone, missing = frozenset[str](), gone
    else:
        missing = frozenset()
    ended = {in_force.uins[key] for key in (*gone, *good) if key in in_force.uins}
    return ReloadPlan(
        changed=good,
        gone=gone,
        removed=frozenset(ended - {account.uin for account in good.values()}),
        waiting=waiting,
        collisions={key: _collision(key, waiting, good, in_force, gone, name_of) for key in waiting},
        missing=missing,
    )


def _refused(in_force: InForce, good: Mapping[str, Account], removed: frozenset[str]) -> list[str]:
    """The keys of good versions that claim a uin which is another's as things stand."""
    claims = {key: each.uin for key, each in good.items() if in_force.uins.get(key) != each.uin}
    claimed = Counter(claims.values())
    return [key for key, uin in claims.items() if claimed[uin] > 1 or _is_held(in_force.keys.get(uin), claims, removed)]


def _is_held(holder: str | None, claims: Mapping[str, str], removed: frozenset[str]) -> bool:
    """Whether the account that has a uin keeps it: it neither goes nor moves to another one."""
    return holder is not None and holder not in removed and holder not in claims


def _collision(
    key: str,
    waiting: Mapping[str, Account],
    good: Mapping[str, Account],
    in_force: InForce,
    gone: frozenset[str],
    name_of: Callable[[str], str],
) -> tuple[Problem, ...]:
    uin = waiting[key].uin
    holders = {other for other, account in (*waiting.items(), *good.items()) if account.uin == uin and other != key}
    holder = in_force.keys.get(uin)
    if holder is not None and holder != key and holder not in gone and holder not in good:
        holders.add(holder)
    names = ", ".join(sorted(map(name_of, holders)))
    return (Problem("DuplicateAccount", f"account {uin} is defined in {names} too", file=name_of(key), line=1),)
