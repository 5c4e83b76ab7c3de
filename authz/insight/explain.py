"""Explains a decision: every statement that was considered, and which of its parts matched."""

from dataclasses import dataclass

from authz.engine.assume import trust_rules
from authz.engine.decision import Decision, StatementRef
from authz.engine.evaluate import evaluate
from authz.engine.facts import Facts
from authz.engine.plan import is_assumption, is_operation_level
from authz.engine.request import Request
from authz.engine.rules import Rule
from authz.engine.snapshot import AccountState, Snapshot
from authz.insight.remarks import remarks
from authz.insight.suggest import Suggestion, suggest
from authz.language.describe import describe
from authz.language.document import Effect
from authz.language.principal import PrincipalKind
from authz.language.resource import NO_RESOURCE


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One condition with the expected values and those of the request; `actual` is empty if the key is missing."""

    operator: str
    key: str
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    matched: bool


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement; it applied if all three parts matched."""

    statement: StatementRef
    effect: Effect
    action_matched: bool
    resource_matched: bool
    condition_matched: bool
    conditions: tuple[ConditionTrace, ...]
    summary: str

    @property
    def applied(self) -> bool:
        """Whether the statement affected the decision."""
        return self.action_matched and self.resource_matched and self.condition_matched


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, the statements that led to it, and the changes that would reverse it, most specific first.

    `remarks` are sentences about doubtful parts of the request. For a request that CAM never makes, no change of
    policies is suggested.
    """

    decision: Decision
    statements: tuple[StatementTrace, ...]
    suggestions: tuple[Suggestion, ...]
    remarks: tuple[str, ...] = ()


def explain(snapshot: Snapshot, request: Request) -> Explanation:
    """Decide and explain a request. The decision is that of `evaluate`."""
    decision = evaluate(snapshot, request)
    doubts = remarks(snapshot, request)
    state = snapshot.states.find(request.principal.account)
    if state is None or not state.knows(request.principal):
        return Explanation(decision, (), (), doubts)
    facts = Facts(request.context, state.plan(request.principal).identity, request.time)
    traces = tuple(_trace(rule, state, request, facts) for rule in _rules(snapshot, state, request))
    return Explanation(decision, traces, () if doubts else suggest(snapshot, state, request, decision), doubts)


def _rules(snapshot: Snapshot, state: AccountState, request: Request) -> tuple[Rule, ...]:
    plan = state.plan(request.principal)
    rules = (*plan.rules, *(plan.boundary or ()))
    if is_assumption(request.action):
        return (*rules, *trust_rules(snapshot, state, request))
    return () if request.principal.kind is PrincipalKind.ROOT else rules


def _trace(rule: Rule, state: AccountState, request: Request, facts: Facts) -> StatementTrace:
    resource = NO_RESOURCE if is_operation_level(request.action) else request.resource
    return StatementTrace(
        statement=rule.ref,
        effect=rule.effect,
        action_matched=rule.covers_action(request.action),
        resource_matched=rule.covers_resource(resource, state.owner),
        condition_matched=rule.applies(facts),
        conditions=tuple(_conditions(rule, facts)),
        summary=describe(rule.statement),
    )


def _conditions(rule: Rule, facts: Facts) -> list[ConditionTrace]:
    return [
        ConditionTrace(
            operator=str(condition.operator),
            key=condition.key,
            expected=tuple(str(value) for value in condition.source.values),
            actual=facts.values(condition.key),
            matched=condition.holds(facts) is not False
            if rule.effect is Effect.DENY
            else condition.holds(facts) is True,
        )
        for condition in rule.conditions
    ]
