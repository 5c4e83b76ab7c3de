"""Evaluates a request against a changed account, to verify suggestions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from authz.accounts.model import Account, Group, Policy, Role, User
from authz.engine.decision import StatementRef
from authz.engine.evaluate import evaluate
from authz.engine.request import Request
from authz.engine.snapshot import AccountState, Snapshot
from authz.language.document import PolicyDocument
from authz.language.principal import Principal, PrincipalKind

V = TypeVar("V")


class _Overlay(Mapping[str, V]):
    """A mapping with a few replaced entries, without a copy: an account may have 100,000 users."""

    def __init__(self, changed: Mapping[str, V], original: Mapping[str, V]) -> None:
        self._changed = changed
        self._original = original

    def __getitem__(self, key: str) -> V:
        return self._changed[key] if key in self._changed else self._original[key]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._original, **self._changed})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def allowed_with(snapshot: Snapshot, account: Account, request: Request) -> bool:
    """Whether the request is allowed if `account` replaces the account with the same uin."""
    states = snapshot.states.updated((), {account.uin: AccountState(account)})
    return evaluate(Snapshot(snapshot.revision, states, snapshot.unknown_accounts), request).allowed


def attach(account: Account, principal: Principal, policy: Policy) -> Account:
    """The account with one more policy attached to a user or role."""
    if principal.kind is PrincipalKind.ROLE:
        role = account.roles[principal.name]
        return _with_role(account, replace(role, policies=(*role.policies, policy)))
    user = account.users[principal.name]
    return _with_user(account, replace(user, policies=(*user.policies, policy)))


def set_boundary(account: Account, principal: Principal, boundary: Policy) -> Account:
    """The account with another boundary for a user or role."""
    if principal.kind is PrincipalKind.ROLE:
        return _with_role(account, replace(account.roles[principal.name], boundary=boundary))
    return _with_user(account, replace(account.users[principal.name], boundary=boundary))


def lift(account: Account, principal: Principal, statements: Collection[StatementRef]) -> Account:
    """The account without these statements in the policies of a user or role."""
    if principal.kind is PrincipalKind.ROLE:
        role = account.roles[principal.name]
        bound = _without(role.boundary, f"boundary/role/{role.name}", statements) if role.boundary else None
        policies = tuple(_without(policy, f"role/{role.name}", statements) for policy in role.policies)
        return _with_role(account, replace(role, policies=policies, boundary=bound))
    user = account.users[principal.name]
    bound = _without(user.boundary, f"boundary/user/{user.uin}", statements) if user.boundary else None
    policies = tuple(_without(policy, f"user/{user.uin}", statements) for policy in user.policies)
    groups = tuple(_lifted_group(group, statements) for group in user.groups)
    return _with_user(account, replace(user, policies=policies, groups=groups, boundary=bound))


def _lifted_group(group: Group, statements: Collection[StatementRef]) -> Group:
    policies = tuple(_without(policy, f"group/{group.name}", statements) for policy in group.policies)
    return Group(group.name, policies)


def _without(policy: Policy, attached_to: str, statements: Collection[StatementRef]) -> Policy:
    kept = tuple(
        statement
        for statement in policy.document.statements
        if StatementRef(policy.name, statement.index, attached_to) not in statements
    )
    return replace(policy, document=PolicyDocument(kept))


def _with_user(account: Account, user: User) -> Account:
    return replace(account, users=_Overlay({user.uin: user}, account.users))


def _with_role(account: Account, role: Role) -> Account:
    return replace(account, roles=_Overlay({role.name: role}, account.roles))
