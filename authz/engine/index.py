"""The rules of one effect for one action, found by resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from authz.engine.facts import Facts
from authz.engine.rules import Rule, Scope
from authz.language.resource import Resource


@dataclass(frozen=True, slots=True)
class _Candidate:
    rule: Rule
    scope: Scope

    def applies(self, resource: Resource, facts: Facts) -> bool:
        """Whether the rule applies to a resource whose tail is known to fit."""
        return (self.scope.is_any or self.scope.covers_place(resource)) and self.rule.applies(facts)


class ResourceIndex:
    """Finds the first rule, in order of attachment, that covers a resource and whose conditions hold."""

    __slots__ = ("_any", "_bare", "_exact", "_globs")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._any: Rule | None = None
        self._bare: list[Rule] = []
        self._exact: dict[str, list[_Candidate]] = {}
        self._globs: list[_Candidate] = []
        for rule in rules:
            if any(scope.is_any for scope in rule.scopes):
                if not rule.conditions:
                    self._any = rule
                    break  # it covers everything, so no later rule can be the first
                self._bare.append(rule)
            for scope in rule.scopes:
                if not scope.is_foreign:
                    self._add(_Candidate(rule, scope))

    def _add(self, candidate: _Candidate) -> None:
        tail = candidate.scope.tail
        if tail.is_literal and not candidate.scope.is_any:
            self._exact.setdefault(tail.pieces[0], []).append(candidate)
        else:
            self._globs.append(candidate)

    def find(self, resource: Resource, facts: Facts) -> Rule | None:
        """The first rule that applies; only a bare `*` covers a request without resource (cam-language 6)."""
        if resource.is_any:
            return next((rule for rule in self._bare if rule.applies(facts)), self._any)
        tail = resource.tail
        best = next((each for each in self._exact.get(tail, ()) if each.applies(resource, facts)), None)
        for candidate in self._globs:
            if best is not None and candidate.rule.order > best.rule.order:
                break
            if candidate.scope.tail.matches(tail) and candidate.applies(resource, facts):
                return candidate.rule
        return best.rule if best is not None else self._any
