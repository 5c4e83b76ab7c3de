"""Builds the next version of an account after changes of policies; parts that are not affected are shared."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from authz.accounts.model import Account, Group, Policy, Role, User

V = TypeVar("V")


class Holders:
    """The holders of each policy of an account, by name; valid as long as no attachment changes."""

    def __init__(self, account: Account) -> None:
        self._groups: defaultdict[str, list[str]] = defaultdict(list)
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        self._members: defaultdict[str, list[str]] = defaultdict(list)
        self._roles: defaultdict[str, list[str]] = defaultdict(list)
        for name, group in account.groups.items():
            _enter(self._groups, group.policies, None, name)
        for uin, user in account.users.items():
            _enter(self._users, user.policies, user.boundary, uin)
            for group in user.groups:
                self._members[group.name].append(uin)
        for name, role in account.roles.items():
            _enter(self._roles, role.policies, role.boundary, name)

    def groups(self, policies: Iterable[str]) -> set[str]:
        """The groups that hold one of these policies."""
        return {name for policy in policies for name in self._groups.get(policy, ())}

    def users(self, policies: Iterable[str], groups: Iterable[str]) -> set[str]:
        """The users that hold one of these policies themselves, or are in one of these groups."""
        own = {uin for policy in policies for uin in self._users.get(policy, ())}
        return own.union(*(self._members.get(group, ()) for group in groups))

    def roles(self, policies: Iterable[str]) -> set[str]:
        """The roles that hold one of these policies."""
        return {name for policy in policies for name in self._roles.get(policy, ())}

    def holds_any(self, policies: Collection[str]) -> bool:
        """Whether a group, user or role holds one of these policies."""
        return any(policy in held for policy in policies for held in (self._groups, self._users, self._roles))


def _enter(into: "defaultdict[str, list[str]]", policies: Iterable[Policy], boundary: Policy | None, who: str) -> None:
    for policy in (*policies, *(() if boundary is None else (boundary,))):
        if not policy.is_preset:
            into[policy.name].append(who)


def renew(before: Account, holders: Holders, changed: Mapping[str, Policy], gone: Collection[str] = ()) -> Account:
    """The account with changed and new policies, and without those in `gone`, which have no holders."""
    policies = {**before.policies, **changed}
    for name in gone:
        policies.pop(name, None)
    groups = {name: _group(before.groups[name], changed) for name in holders.groups(changed)}
    users = {uin: _user(before.users[uin], changed, groups) for uin in holders.users(changed, groups)}
    roles = {name: _role(before.roles[name], changed) for name in holders.roles(changed)}
    return replace(
        before,
        policies=policies,
        groups={**before.groups, **groups} if groups else before.groups,
        users={**before.users, **users} if users else before.users,
        roles={**before.roles, **roles} if roles else before.roles,
    )


def _group(group: Group, changed: Mapping[str, Policy]) -> Group:
    return Group(group.name, _renewed(group.policies, changed))


def _user(user: User, changed: Mapping[str, Policy], groups: Mapping[str, Group]) -> User:
    mine = tuple(groups.get(group.name, group) for group in user.groups)
    boundary = _bound(user.boundary, changed)
    return User(user.uin, user.name, _renewed(user.policies, changed), mine, boundary, user.tags)


def _role(role: Role, changed: Mapping[str, Policy]) -> Role:
    boundary = _bound(role.boundary, changed)
    return Role(role.name, _renewed(role.policies, changed), role.trust, boundary, role.tags)


def _renewed(policies: tuple[Policy, ...], changed: Mapping[str, Policy]) -> tuple[Policy, ...]:
    return tuple(changed.get(policy.name, policy) for policy in policies)


def _bound(boundary: Policy | None, changed: Mapping[str, Policy]) -> Policy | None:
    return None if boundary is None else changed.get(boundary.name, boundary)


def shared(before: Account | None, after: Account) -> Account:
    """The account `after`, in which equal parts are the objects of `before`; `before` itself if all parts are equal."""
    if before is None:
        return after
    result = replace(
        after,
        users=_kept(before.users, after.users),
        groups=_kept(before.groups, after.groups),
        roles=_kept(before.roles, after.roles),
        policies=_kept(before.policies, after.policies),
    )
    is_same = (before.uin, before.app_id) == (after.uin, after.app_id) and all(
        mine is theirs
        for mine, theirs in (
            (before.users, result.users),
            (before.groups, result.groups),
            (before.roles, result.roles),
            (before.policies, result.policies),
        )
    )
    return before if is_same else result


def _kept(before: Mapping[str, V], after: Mapping[str, V]) -> Mapping[str, V]:
    if before is after:
        return before
    kept = {key: old if (old := before.get(key)) is not None and old == new else new for key, new in after.items()}
    is_same = len(kept) == len(before) and all(before.get(key) is value for key, value in kept.items())
    return before if is_same else kept
