"""The rules of one effect for one action, found by resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from authz.engine.facts import Facts
from authz.engine.rules import Rule
from authz.language.pattern import ANY, Pattern
from authz.language.resource import Resource

_PLACES_LIMIT = 64  # services and regions of one action; callers choose them, so the memo must not grow for ever
_KEPT = 256  # characters of a place that is worth keeping, for the same reason


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule whose pattern begins as a resource does; `rest` is None where that alone is a match."""

    rule: Rule
    rest: Pattern | None


class ResourceIndex:
    """Finds the first rule, in order of attachment, that covers a resource and whose conditions hold.

    Within one service and region only the tails of resources differ, so rules are indexed for each such place when it
    is first asked about.
    """

    __slots__ = ("_bare", "_places", "_rules")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._bare = _until_certain([rule for rule in rules if rule.is_everywhere])
        self._places: dict[tuple[str, str], _Place] = {}

    @property
    def orders(self) -> tuple[int, ...]:
        """Which rules it holds, by their places among the principal's statements."""
        return tuple(rule.order for rule in self._rules)

    def find(self, resource: Resource, facts: Facts) -> Rule | None:
        """The first rule that applies; only a bare `*` covers a request without resource (cam-language 6)."""
        if not self._rules:
            return None
        if resource.text == "*":
            return next((rule for rule in self._bare if not rule.conditions or rule.applies(facts)), None)
        key = (resource.service, resource.region)
        place = self._places.get(key)
        if place is None:
            place = _Place(self._rules, resource)
            if len(resource.service) + len(resource.region) <= _KEPT:
                if len(self._places) >= _PLACES_LIMIT:
                    self._places = {}
                self._places[key] = place
        return place.find(resource.tail, facts)


class _Place:
    """The rules for one service and region, by the text that a resource must be or begin with.

    A look-up costs one hash for the whole tail and one for each length that a prefix has.
    """

    __slots__ = ("_exact", "_prefixes")

    def __init__(self, rules: Sequence[Rule], place: Resource) -> None:
        exact: dict[str, list[Rule]] = {}
        prefixes: dict[int, dict[str, list[_Candidate]]] = {}
        for rule in rules:
            for scope in rule.scopes:
                if scope.is_any:
                    _add(prefixes, rule, ANY)
                elif not scope.is_foreign and scope.covers_place(place):
                    if scope.tail.is_literal:
                        exact.setdefault(scope.tail.pieces[0], []).append(rule)
                    else:
                        _add(prefixes, rule, scope.tail)
            if not rule.conditions and rule.is_everywhere:
                break  # it covers everything, so no later rule can be the first
        self._exact = {tail: _until_certain(found) for tail, found in exact.items()}
        self._prefixes = tuple(prefixes.items())

    def find(self, tail: str, facts: Facts) -> Rule | None:
        """The first rule that covers `tail` and whose conditions hold."""
        best: Rule | None = None
        for rule in self._exact.get(tail, ()):
            if not rule.conditions or rule.applies(facts):
                best = rule
                break
        for length, table in self._prefixes:
            for candidate in table.get(tail[:length], ()):
                rule = candidate.rule
                if best is not None and rule.order > best.order:
                    break
                rest = candidate.rest
                if (rest is None or rest.matches(tail)) and (not rule.conditions or rule.applies(facts)):
                    best = rule
                    break
        return best


def _add(prefixes: dict[int, dict[str, list[_Candidate]]], rule: Rule, pattern: Pattern) -> None:
    prefix = pattern.pieces[0]
    is_prefix = not any(pattern.pieces[1:])
    bucket = prefixes.setdefault(len(prefix), {}).setdefault(prefix, [])
    bucket.append(_Candidate(rule, None if is_prefix else pattern))


def _until_certain(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules as far as the first without conditions: none behind it can be the first that applies."""
    certain = next((at for at, rule in enumerate(rules) if not rule.conditions), len(rules))
    return tuple(rules[: certain + 1])
