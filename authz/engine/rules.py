"""Statements bound to one principal: variables replaced, conditions settled, indexed by resource."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from authz.accounts.model import Policy
from authz.engine.decision import Decision, Reason, StatementRef
from authz.language.action import Action, ActionPattern
from authz.language.document import Effect, Statement
from authz.language.pattern import ANY, Pattern
from authz.language.resource import AccountKind, AccountSegment, Resource, ResourcePattern
from authz.language.variables import Variable


@dataclass(frozen=True, slots=True)
class Owner:
    """The account whose policies are bound: how its own resources may name it."""

    uin: str
    app_id: str

    def owns(self, account: AccountSegment) -> bool:
        """Whether `account` means this account; an APPID that is not known is somebody else's."""
        if account.kind is AccountKind.UIN:
            return account.number == self.uin
        if account.kind is AccountKind.UID:
            return bool(self.app_id) and account.number == self.app_id
        return True

    def may_own(self, account: AccountSegment) -> bool:
        """Whether `account` could be this account for all we know: its APPID is not known."""
        return account.kind is AccountKind.UID and not self.app_id


@dataclass(frozen=True, slots=True)
class Scope:
    """One resource pattern after binding. The account segment is settled: it is the own account's."""

    is_any: bool
    service: Pattern
    region: Pattern
    tail: Pattern

    def covers_place(self, resource: Resource) -> bool:
        """Whether service and region fit; an empty region of a request fits only an empty one or `*`."""
        return self.service.matches(resource.service) and self.region.matches(resource.region)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement of one attachment, ready to be matched; `order` is its place among the principal's statements."""

    order: int
    effect: Effect
    actions: tuple[ActionPattern, ...]
    scopes: tuple[Scope, ...]
    decision: Decision

    def covers(self, action: Action) -> bool:
        """Whether the statement speaks of `action`."""
        return any(pattern.matches(action) for pattern in self.actions)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy and what it is attached to, as answers name it: `user/100001`, `group/sms-ops`, `boundary/user/…`."""

    policy: Policy
    attached_to: str


def bind(
    attachments: Iterable[Attachment], owner: Owner, values: Mapping[Variable, str], first: int = 0
) -> tuple[Rule, ...]:
    """The rules of all statements attached, in the order of attachment, which is counted from `first`."""
    rules: list[Rule] = []
    for attachment in attachments:
        for statement in attachment.policy.document.statements:
            scopes = _scopes(statement, owner, values)
            if scopes and not _never_allows(statement):
                rules.append(_rule(first + len(rules), statement, scopes, attachment))
    return tuple(rules)


def _never_allows(statement: Statement) -> bool:
    """Fail closed: an allow under conditions that are not decided helps nobody, a deny under such conditions holds."""
    return statement.effect is Effect.ALLOW and bool(statement.conditions)


def _rule(order: int, statement: Statement, scopes: tuple[Scope, ...], attachment: Attachment) -> Rule:
    allowed = statement.effect is Effect.ALLOW
    ref = StatementRef(attachment.policy.name, statement.index, attachment.attached_to)
    reason = Reason.ALLOWED if allowed else Reason.EXPLICIT_DENY
    return Rule(order, statement.effect, statement.actions, scopes, Decision(allowed, reason, ref))


def _scopes(statement: Statement, owner: Owner, values: Mapping[Variable, str]) -> tuple[Scope, ...]:
    bound = (_scope(resource, statement.effect, owner, values) for resource in statement.resources)
    return tuple(scope for scope in bound if scope is not None)


def _scope(resource: ResourcePattern, effect: Effect, owner: Owner, values: Mapping[Variable, str]) -> Scope | None:
    if not owner.owns(resource.account) and not (effect is Effect.DENY and owner.may_own(resource.account)):
        return None
    tail = resource.tail.bind(values)
    if tail is None:
        # A variable without a value (`${uin}` in a role session): allows nothing, denies whatever it might mean.
        if effect is Effect.ALLOW:
            return None
        tail = ANY
    return Scope(resource.is_any, resource.service, resource.region, tail)


@dataclass(frozen=True, slots=True)
class _Candidate:
    order: int
    scope: Scope
    decision: Decision


class ResourceIndex:
    """The rules of one effect for one action, found by resource: the first in order of attachment wins."""

    __slots__ = ("_any", "_exact", "_globs")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._any: Decision | None = None
        self._exact: dict[str, list[_Candidate]] = {}
        self._globs: list[_Candidate] = []
        for rule in rules:
            if any(scope.is_any for scope in rule.scopes):
                self._any = rule.decision
                break  # it covers everything, so no later rule can be the first
            for scope in rule.scopes:
                self._add(_Candidate(rule.order, scope, rule.decision))

    def _add(self, candidate: _Candidate) -> None:
        tail = candidate.scope.tail
        if tail.is_literal:
            self._exact.setdefault(tail.pieces[0], []).append(candidate)
        else:
            self._globs.append(candidate)

    def find(self, resource: Resource) -> Decision | None:
        """The decision of the first rule that covers `resource`; only a bare `*` covers a request without resource."""
        if resource.is_any:
            return self._any
        best: _Candidate | None = None
        for candidate in self._exact.get(resource.tail, ()):
            if candidate.scope.covers_place(resource):
                best = candidate
                break
        for candidate in self._globs:
            if best is not None and candidate.order > best.order:
                break
            if candidate.scope.tail.matches(resource.tail) and candidate.scope.covers_place(resource):
                return candidate.decision
        return best.decision if best is not None else self._any
