"""Other ways to find the deciding statement of a principal, measured against the one chosen.

All of them answer for one principal without boundary, conditions and operation-level APIs, which is enough to compare
them; the alternatives that lost stand here alone.
"""

import re
from collections.abc import Callable, Iterable

from authz.engine.decision import NO_MATCHING_ALLOW, Decision
from authz.engine.facts import Facts
from authz.engine.plan import PrincipalPlan
from authz.engine.rules import Rule, Rules, Scope
from authz.language.action import Action
from authz.language.document import Effect
from authz.language.pattern import Pattern
from authz.language.resource import Resource

Decide = Callable[[Action, Resource], Decision]
Alternative = Callable[[Rules], Decide]
_NO_FACTS = Facts({}, {}, None)


def hashed_plan(rules: Rules) -> Decide:
    """The engine's own: a plan per action, in it a hash of tails and one of prefixes for each place."""
    plan = PrincipalPlan(rules, None, {})
    return lambda action, resource: plan.for_action(action).decide(resource, _NO_FACTS)


def scan(rules: Rules) -> Decide:
    """No memo: every statement is looked at for every question."""

    def decide(action: Action, resource: Resource) -> Decision:
        return _first(rule for rule in rules if rule.covers_action(action) and rule.covers_resource(resource))

    return decide


def hashed_actions(rules: Rules) -> Decide:
    """A hash of the actions that are written out and a list of those with a wildcard; resources are scanned."""
    exact: dict[tuple[str, str], list[Rule]] = {}
    wild: list[Rule] = []
    for rule in rules:
        patterns = rule.statement.actions
        if all(each.service.is_literal and each.name.is_literal for each in patterns):
            for each in patterns:
                exact.setdefault((each.service.pieces[0], each.name.pieces[0]), []).append(rule)
        else:
            wild.append(rule)

    def decide(action: Action, resource: Resource) -> Decision:
        named = exact.get((action.service, action.folded), ())
        wanted = [rule for rule in wild if rule.covers_action(action)]
        return _first(rule for rule in sorted((*named, *wanted), key=_order) if rule.covers_resource(resource))

    return decide


def bitmasks(rules: Rules) -> Decide:
    """A bit for each statement: those that cover the action (memoised) and those that cover the resource."""
    listed = tuple(rules)
    exact: dict[str, int] = {}
    globs: list[tuple[Scope, int]] = []
    for at, rule in enumerate(rules):
        for scope in rule.scopes:
            if scope.tail.is_literal and scope.service.is_literal and scope.region.is_any:
                key = f"{scope.service}:{scope.tail}"
                exact[key] = exact.get(key, 0) | 1 << at
            else:
                globs.append((scope, 1 << at))
    denies = sum(1 << at for at, rule in enumerate(rules) if rule.effect is Effect.DENY)
    actions: dict[tuple[str, str], int] = {}

    def decide(action: Action, resource: Resource) -> Decision:
        key = (action.service, action.folded)
        mask = actions.get(key)
        if mask is None:
            mask = actions[key] = sum(1 << at for at, rule in enumerate(rules) if rule.covers_action(action))
        covered = exact.get(f"{resource.service}:{resource.tail}", 0)
        for scope, bit in globs:
            if bit & mask and scope.covers(resource):
                covered |= bit
        mask &= covered
        mask = mask & denies or mask
        return listed[(mask & -mask).bit_length() - 1].decision if mask else NO_MATCHING_ALLOW

    return decide


def combined_regex(rules: Rules) -> Decide:
    """A regular expression for each action (memoised) with a group for each statement, denies first."""
    actions: dict[tuple[str, str], tuple[re.Pattern[str], list[Rule]]] = {}

    def decide(action: Action, resource: Resource) -> Decision:
        key = (action.service, action.folded)
        found = actions.get(key)
        if found is None:
            covering = [rule for rule in rules if rule.covers_action(action)]
            covering.sort(key=lambda rule: rule.effect is Effect.ALLOW)
            groups = ("|".join(_regex(scope) for scope in rule.scopes) for rule in covering)
            found = actions[key] = re.compile("|".join(f"({group})" for group in groups) or "(?!)", re.DOTALL), covering
        match = found[0].fullmatch(f"{resource.service}:{resource.region}:{resource.tail}")
        return NO_MATCHING_ALLOW if match is None else found[1][(match.lastindex or 0) - 1].decision

    return decide


ALTERNATIVES: dict[str, Alternative] = {
    "plan per action, hashes (ours)": hashed_plan,
    "bitmask per statement": bitmasks,
    "one combined regex per action": combined_regex,
    "hash of actions, then scan": hashed_actions,
    "no memo": scan,
}


def _first(covering: Iterable[Rule]) -> Decision:
    allowed: Rule | None = None
    for rule in covering:
        if rule.effect is Effect.DENY:
            return rule.decision
        allowed = allowed or rule
    return NO_MATCHING_ALLOW if allowed is None else allowed.decision


def _order(rule: Rule) -> int:
    return rule.order


def _regex(scope: Scope) -> str:
    return ":".join(_pattern(each) for each in (scope.service, scope.region, scope.tail))


def _pattern(pattern: Pattern) -> str:
    return ".*".join(re.escape(piece) for piece in pattern.pieces)
