"""Suggests changes that would reverse a decision; each is evaluated first and returned only if it works."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from authz.accounts.model import Account, Policy, Role, User
from authz.engine.decision import Decision, Reason, StatementRef
from authz.engine.evaluate import evaluate
from authz.engine.facts import Facts
from authz.engine.plan import is_operation_level
from authz.engine.request import Request
from authz.engine.rules import Rule
from authz.engine.snapshot import AccountState, Snapshot
from authz.errors import InvalidPolicyError
from authz.insight.counterfactuals import counterfactuals
from authz.insight.what_if import allowed_with, attach, lift, set_boundary
from authz.language.document import Effect, PolicyDocument
from authz.language.parse import parse_policy
from authz.language.principal import PrincipalKind
from authz.language.render import render
from authz.language.resource import NO_RESOURCE

_MOST = 6  # suggestions in one answer; more would not help
_TRIES = 32  # context changes that are tried for one statement
_ALL_TRIES = 128  # and for one answer, where a statement without candidates counts as one
_SHOWN = 200  # characters of a value that a text shows


@dataclass(frozen=True, slots=True)
class ContextChange:
    """A condition key with the values that the request should contain; empty if it should omit the key."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """A policy to attach to `user/100001` or `role/ci`, or to replace `boundary/user/100001`."""

    attach_to: str
    document: str
    policy: Policy

    @property
    def is_boundary(self) -> bool:
        """Whether the policy replaces the boundary."""
        return self.attach_to.startswith("boundary/")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to reverse the decision; all of its parts are needed."""

    text: str
    lift: tuple[StatementRef, ...] = ()
    additions: tuple[Addition, ...] = ()
    context: tuple[ContextChange, ...] = ()


def suggest(snapshot: Snapshot, state: AccountState, request: Request, decision: Decision) -> tuple[Suggestion, ...]:
    """Ways to the opposite decision, the smallest first; none for a root account or if no policy can change it."""
    if request.principal.kind is PrincipalKind.ROOT or decision.reason is Reason.CROSS_ACCOUNT:
        return ()
    search = _Search(snapshot, state, request)
    return tuple(itertools.islice(search.to_deny() if decision.allowed else search.to_allow(), _MOST))


class _Search:
    """Searches for suggestions on one request."""

    def __init__(self, snapshot: Snapshot, state: AccountState, request: Request) -> None:
        self._snapshot = snapshot
        self._state = state
        self._request = request
        self._plan = state.plan(request.principal)
        self._resource = NO_RESOURCE if is_operation_level(request.action) else request.resource
        self._facts = Facts(request.context, self._plan.identity, request.time)
        self._holder = f"{request.principal.kind.value}/{request.principal.name}"

    def to_deny(self) -> Iterator[Suggestion]:
        """A single deny, which is enough."""
        addition = self._addition(Effect.DENY)
        if addition is not None:
            account = attach(self._state.account, self._request.principal, addition.policy)
            if not allowed_with(self._snapshot, account, self._request):
                yield Suggestion(f"attach a policy that denies {self._what()} to {self._holder}", additions=(addition,))

    def to_allow(self) -> Iterator[Suggestion]:
        """Changes of the context first, since they change no policy; then changes of policies."""
        yield from self._other_context()
        denies = tuple(rule.ref for rule in self._applying(Effect.DENY))
        lifted = lift(self._state.account, self._request.principal, denies)
        grant, wider = self._addition(Effect.ALLOW), self._wider_boundary(denies)
        for additions in ((), (grant,), (wider,), (grant, wider)):
            made = tuple(addition for addition in additions if addition is not None)
            if len(made) == len(additions) and self._is_allowed_after(lifted, made):
                yield Suggestion(self._text(denies, made), denies, made)
                return

    def _is_allowed_after(self, account: Account, additions: Iterable[Addition]) -> bool:
        for addition in additions:
            put = set_boundary if addition.is_boundary else attach
            account = put(account, self._request.principal, addition.policy)
        return allowed_with(self._snapshot, account, self._request)

    def _text(self, denies: Iterable[StatementRef], additions: Sequence[Addition]) -> str:
        steps = [f"lift {_named(denies)}"] if denies else []
        for addition in additions:
            if addition.is_boundary:
                steps.append(f"extend the boundary {addition.policy.name} of {self._holder} to cover {self._what()}")
            else:
                steps.append(f"attach a policy that allows {self._what()} to {self._holder}{self._hint()}")
        return ", and ".join(steps)

    def _addition(self, effect: Effect) -> Addition | None:
        """A policy for exactly this request; None if a policy cannot contain its resource."""
        statement = {
            "effect": effect.value,
            "action": [f"name/{self._request.action}"],
            "resource": [self._resource_text()],
        }
        document = json.dumps({"version": "2.0", "statement": [statement]}, ensure_ascii=False)
        try:
            return Addition(self._holder, document, Policy("suggested", parse_policy(document)))
        except InvalidPolicyError:
            return None

    def _wider_boundary(self, denies: tuple[StatementRef, ...]) -> Addition | None:
        """The boundary with one more statement, and without those to be lifted."""
        principal, account = self._request.principal, self._state.account
        holders: Mapping[str, User | Role] = account.roles if principal.kind is PrincipalKind.ROLE else account.users
        boundary, grant = holders[principal.name].boundary, self._addition(Effect.ALLOW)
        if boundary is None or grant is None:
            return None
        kept = [statement for statement in boundary.document.statements if not self._is_lifted(statement.index, denies)]
        added = replace(grant.policy.document.statements[0], index=len(kept))
        wider = PolicyDocument((*kept, added))
        return Addition(f"boundary/{self._holder}", render(wider), Policy(boundary.name, wider))

    def _is_lifted(self, index: int, denies: Iterable[StatementRef]) -> bool:
        return any(ref.index == index and ref.attached_to.startswith("boundary/") for ref in denies)

    def _other_context(self) -> Iterator[Suggestion]:
        """Changes of the request's context for which existing policies would allow it."""
        blockers = [(rule, self._changes_to_fail(rule)) for rule in self._applying(Effect.DENY) if rule.conditions]
        allows = self._covering(Effect.ALLOW)
        missed = [(rule, self._changes_to_apply(rule)) for rule in allows if not rule.applies(self._facts)]
        seen: set[tuple[ContextChange, ...]] = set()
        left = itertools.repeat(None, _ALL_TRIES)
        for rule, candidates in (*blockers, *missed):
            tries = itertools.islice(candidates, _TRIES)
            for _, changes in zip(left, tries, strict=False):  # `left` first: each statement uses up at least one
                if changes not in seen and self._is_allowed_with(changes):
                    seen.add(changes)
                    yield Suggestion(f"{_context_text(changes)}, {_purpose(rule)}", context=changes)
                    break

    def _changes_to_fail(self, rule: Rule) -> Iterator[tuple[ContextChange, ...]]:
        """Changes after which one condition of the statement fails, which is enough."""
        for condition in rule.conditions:
            for values in counterfactuals(condition, self._facts, outcome=False):
                yield (ContextChange(condition.key, values),)

    def _changes_to_apply(self, rule: Rule) -> Iterator[tuple[ContextChange, ...]]:
        """Changes after which each failing condition of the statement holds."""
        failing = [condition for condition in rule.conditions if condition.holds(self._facts) is not True]
        options = [
            [ContextChange(condition.key, values) for values in counterfactuals(condition, self._facts, outcome=True)]
            for condition in failing
        ]
        yield from itertools.product(*options)

    def _is_allowed_with(self, changes: Iterable[ContextChange]) -> bool:
        return evaluate(self._snapshot, replace(self._request, context=changed(self._request.context, changes))).allowed

    def _applying(self, effect: Effect) -> list[Rule]:
        return [rule for rule in self._covering(effect) if rule.applies(self._facts)]

    def _covering(self, effect: Effect) -> list[Rule]:
        rules = (*self._plan.rules, *((self._plan.boundary or ()) if effect is Effect.DENY else ()))
        return [
            rule
            for rule in rules
            if rule.effect is effect
            and rule.covers_action(self._request.action)
            and rule.covers_resource(self._resource, self._state.owner)
        ]

    def _resource_text(self) -> str:
        """The resource as a policy may name it: without a project, with the account of the request."""
        resource = self._resource
        if resource.is_any:
            return "*"
        account = f"{resource.account.kind.value}/{resource.account.number}" if resource.account.number else ""
        return f"qcs::{resource.service}:{resource.region}:{account}:{resource.tail}"

    def _what(self) -> str:
        return f"{self._request.action} on {self._resource_text()}"

    def _hint(self) -> str:
        """A hint on the most frequent mistake: a grant on concrete resources for an operation-level API."""
        if not is_operation_level(self._request.action):
            return ""
        covering = [rule for rule in self._plan.rules if rule.effect is Effect.ALLOW]
        near = [rule.ref for rule in covering if rule.covers_action(self._request.action)]
        return f" (an operation-level API, which {_named(near[:1])} does not cover)" if near else ""


def changed(context: Mapping[str, tuple[str, ...]], changes: Iterable[ContextChange]) -> dict[str, tuple[str, ...]]:
    """The context with the changes made."""
    result = dict(context)
    for change in changes:
        if change.values:
            result[change.key] = change.values
        else:
            result.pop(change.key, None)
    return result


def _named(refs: Iterable[StatementRef]) -> str:
    return " and ".join(f"statement {ref.index} of policy {ref.policy} ({ref.attached_to})" for ref in refs)


def _purpose(rule: Rule) -> str:
    if rule.effect is Effect.DENY:
        return f"so that {_named([rule.ref])} does not deny"
    return f"as {_named([rule.ref])} requires"


def _context_text(changes: Iterable[ContextChange]) -> str:
    return "send the request " + " and ".join(
        f"with {change.key} = {_listed(change.values)}" if change.values else f"without {change.key}"
        for change in changes
    )


def _listed(values: Iterable[str]) -> str:
    return ", ".join(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…" for value in values)
