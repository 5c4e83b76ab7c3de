"""Statements bound to one principal: variables replaced, accounts resolved, conditions prepared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import getsizeof

from authz.accounts.model import Policy
from authz.engine.budget import UNMETERED, Meter
from authz.engine.conditions import Bindings, BoundCondition, bind_conditions, conditions_hold
from authz.engine.decision import Decision, Reason, StatementRef
from authz.engine.facts import Facts
from authz.engine.scope import Owner, Scope
from authz.language.action import Action
from authz.language.document import Effect, Statement
from authz.language.resource import AccountKind, AccountSegment, Resource, ResourcePattern
from authz.language.variables import Template

_STATEMENT, _RULE, _SCOPE = 100, 600, 240  # bytes that a statement, its rule and each of the rule's scopes take
_OWN = AccountSegment(AccountKind.OWN)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement of one attachment, ready to be matched; `order` is its position among the principal's statements.

    A rule without scopes covers no resource.
    """

    order: int
    statement: Statement
    scopes: tuple[Scope, ...]
    conditions: tuple[BoundCondition, ...]
    decision: Decision

    @property
    def ref(self) -> StatementRef:
        """The reference to the statement that answers contain."""
        ref = self.decision.statement
        assert ref is not None  # noqa: S101 - every rule's decision is made with its statement
        return ref

    @property
    def size(self) -> int:
        """Bytes that it takes in addition to its statement; an upper estimate."""
        scopes = sum(_SCOPE + sum(map(getsizeof, scope.tail.pieces)) for scope in self.scopes)
        return _RULE + scopes + sum(condition.size for condition in self.conditions)

    @property
    def is_everywhere(self) -> bool:
        """Whether it covers every resource, and a request without one."""
        for scope in self.scopes:  # noqa: SIM110 - a generator costs more than this loop
            if scope.is_any:
                return True
        return False

    @property
    def effect(self) -> Effect:
        """Allow or deny."""
        return self.statement.effect

    def covers_action(self, action: Action) -> bool:
        """Whether the statement covers `action`."""
        return self.statement.covers_action(action)

    def covers_resource(self, resource: Resource, owner: Owner) -> bool:
        """Whether the statement, of a policy of `owner`, covers `resource`, which may belong to another account."""
        return any(scope.matches(resource, owner) for scope in self.scopes)

    def applies(self, facts: Facts) -> bool:
        """Whether its conditions hold. Fail closed: with an unknown condition an allow does not apply, a deny does."""
        if not self.conditions:
            return True
        verdict = conditions_hold(self.conditions, facts)
        return self.effect is Effect.DENY if verdict is None else verdict


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy and what it is attached to, as in answers: `user/100001`, `group/sms-ops`, `boundary/user/…`."""

    policy: Policy
    attached_to: str


class Rules(Iterable[Rule]):
    """The rules of all statements attached to a principal, in the order of attachment, numbered from `first`.

    Each is made when it is first needed, since most requests are for actions that few statements cover.
    """

    __slots__ = ("_bindings", "_first", "_made", "_meter", "_owner", "_statements")

    def __init__(
        self,
        attachments: Iterable[Attachment],
        owner: Owner,
        bindings: Bindings,
        first: int = 0,
        meter: Meter = UNMETERED,
    ) -> None:
        self._statements = [(each, to) for to in attachments for each in to.policy.document.statements]
        self._owner = owner
        self._bindings = bindings
        self._first = first
        self._meter = meter
        meter.add(_STATEMENT * len(self._statements))
        self._made: dict[int, Rule] = {}

    def __len__(self) -> int:
        return len(self._statements)

    def __iter__(self) -> Iterator[Rule]:
        return map(self._rule, range(len(self)))

    def covering(self, action: Action) -> list[Rule]:
        """The rules that cover `action`."""
        return [self._rule(at) for at, (each, _) in enumerate(self._statements) if each.covers_action(action)]

    def _rule(self, at: int) -> Rule:
        rule = self._made.get(at)
        if rule is None:
            statement, attachment = self._statements[at]
            rule = self._made[at] = _rule(self._first + at, statement, attachment, self._owner, self._bindings)
            self._meter.add(rule.size)
        return rule


def _rule(order: int, statement: Statement, attachment: Attachment, owner: Owner, bindings: Bindings) -> Rule:
    allowed = statement.effect is Effect.ALLOW
    ref = StatementRef(attachment.policy.name, statement.index, attachment.attached_to)
    return Rule(
        order=order,
        statement=statement,
        scopes=tuple(_scopes(statement, owner, bindings)),
        conditions=bind_conditions(statement.conditions, bindings),
        decision=Decision(allowed, Reason.ALLOWED if allowed else Reason.EXPLICIT_DENY, ref),
    )


def _scopes(statement: Statement, owner: Owner, bindings: Bindings) -> Iterable[Scope]:
    for resource in statement.resources:
        account = _resolved(resource.account, owner, statement.effect)
        if account is not None:
            yield from _scope(resource, account, resource.tail, statement.effect, bindings)
            if resource.parent is not None:
                yield from _scope(resource, account, resource.parent, statement.effect, bindings)


def _resolved(account: AccountSegment, owner: Owner, effect: Effect) -> AccountSegment | None:
    """The account of a resource pattern as seen from `owner`; None if it covers no resource."""
    if account.kind is AccountKind.ANY:
        return account
    if owner.owns(account) or (effect is Effect.DENY and owner.may_own(account)):
        return _OWN
    return account if account.kind is AccountKind.UIN else None


def _scope(
    resource: ResourcePattern, account: AccountSegment, template: Template, effect: Effect, bindings: Bindings
) -> Iterable[Scope]:
    tail = template.bind(bindings[0])  # only variables of tags have several values, and only conditions may use those
    if tail is None:
        # A variable without a value (`${uin}` in a role session): an allow covers nothing, a deny covers any value.
        if effect is Effect.ALLOW:
            return
        tail = template.bind_open(bindings[0])
    yield Scope(resource.is_any, account, resource.service, resource.region, tail)
