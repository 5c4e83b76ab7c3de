"""The difference between two versions of an account, in a form that can be sent to another process.

Users, groups and roles refer to their policies and groups by name; the receiver has these or receives them too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from authz.accounts.model import Account, Group, Policy, Role, User
from authz.accounts.presets import find_preset
from authz.language.document import PolicyDocument

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, group or role in a change; attributes that its kind does not have are empty."""

    key: str
    name: str
    policies: tuple[str, ...]
    groups: tuple[str, ...] = ()
    boundary: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    trust: PolicyDocument | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """The users, groups or roles that are new or changed, and the keys of those removed."""

    changed: tuple[Holder, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountChange:
    """The difference of two versions of one account."""

    uin: str
    app_id: str
    policies: tuple[Policy, ...]
    policies_gone: tuple[str, ...]
    groups: Entries
    users: Entries
    roles: Entries

    def apply(self, before: Account) -> Account:
        """The next version, which shares its unchanged parts with the version before."""
        policies = _changed(before.policies, {each.name: each for each in self.policies}, self.policies_gone)

        def find(name: str) -> Policy:
            policy = policies.get(name) or find_preset(name)
            if policy is None:
                raise ValueError(f"the change of account {self.uin} names policy `{name}`, which it does not have")
            return policy

        def attached(holder: Holder) -> tuple[Policy, ...]:
            return tuple(map(find, holder.policies))

        def bound(holder: Holder) -> Policy | None:
            return None if holder.boundary is None else find(holder.boundary)

        new_groups = {each.key: Group(each.key, attached(each)) for each in self.groups.changed}
        groups = _changed(before.groups, new_groups, self.groups.gone)
        users = {
            each.key: User(
                uin=each.key,
                name=each.name,
                policies=attached(each),
                groups=tuple(groups[name] for name in each.groups),
                boundary=bound(each),
                tags=each.tags,
            )
            for each in self.users.changed
        }
        roles = {
            each.key: Role(each.key, attached(each), each.trust or PolicyDocument(()), bound(each), each.tags)
            for each in self.roles.changed
        }
        return Account(
            uin=self.uin,
            app_id=self.app_id,
            users=_changed(before.users, users, self.users.gone),
            groups=groups,
            roles=_changed(before.roles, roles, self.roles.gone),
            policies=policies,
        )


def difference(before: Account, after: Account) -> AccountChange:
    """The change from one version of an account to another; identical objects count as unchanged."""
    return AccountChange(
        uin=after.uin,
        app_id=after.app_id,
        policies=tuple(_new(before.policies, after.policies)),
        policies_gone=_gone(before.policies, after.policies),
        groups=_entries(before.groups, after.groups, lambda each: Holder(each.name, "", _names(each.policies))),
        users=_entries(before.users, after.users, _user_holder),
        roles=_entries(before.roles, after.roles, _role_holder),
    )


def _user_holder(user: User) -> Holder:
    groups = tuple(group.name for group in user.groups)
    return Holder(user.uin, user.name, _names(user.policies), groups, _bound(user.boundary), user.tags)


def _role_holder(role: Role) -> Holder:
    return Holder(role.name, "", _names(role.policies), (), _bound(role.boundary), role.tags, role.trust)


def _names(policies: tuple[Policy, ...]) -> tuple[str, ...]:
    return tuple(policy.name for policy in policies)


def _bound(boundary: Policy | None) -> str | None:
    return None if boundary is None else boundary.name


def _entries(before: Mapping[str, T], after: Mapping[str, T], holder: Callable[[T], Holder]) -> Entries:
    return Entries(tuple(map(holder, _new(before, after))), _gone(before, after))


def _new(before: Mapping[str, T], after: Mapping[str, T]) -> list[T]:
    return [] if before is after else [each for key, each in after.items() if before.get(key) is not each]


def _gone(before: Mapping[str, T], after: Mapping[str, T]) -> tuple[str, ...]:
    return () if before is after else tuple(before.keys() - after.keys())


def _changed(before: Mapping[str, T], changed: Mapping[str, T], gone: tuple[str, ...]) -> Mapping[str, T]:
    if not changed and not gone:
        return before
    after = {**before, **changed}
    for key in gone:
        after.pop(key, None)
    return after
