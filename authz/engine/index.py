"""The rules of one effect for one action, found by what resources of one place differ in: their tails."""

from collections.abc import Sequence
from dataclasses import dataclass

from authz.engine.facts import Facts
from authz.engine.rules import Rule
from authz.language.resource import AccountSegment, Resource
from authz.pattern import ANY, Pattern

_INDEX, _PATTERN, _LENGTH = 400, 260, 300  # bytes of an index, of each pattern in it, of each length of a prefix


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule whose pattern begins as a resource does; `rest` is None where that alone is a match."""

    rule: Rule
    rest: Pattern | None


class TailIndex:
    """Finds the first rule, in order of attachment, that covers a resource and whose conditions hold.

    It is for resources of the service and region of `place`, by the text that their tails must be or begin with: a
    look-up costs one hash for the whole tail and one for each length that a prefix has. Requests without resource are a
    place of their own, which only a bare `*` covers (cam-language 6). The resources are of the own account, or of
    another `account` where one is given. `size` are bytes, rather too many than too few.
    """

    __slots__ = ("_exact", "_prefixes", "size")

    def __init__(self, rules: Sequence[Rule], place: Resource, account: AccountSegment | None = None) -> None:
        exact: dict[str, list[Rule]] = {}
        prefixes: dict[int, dict[str, list[_Candidate]]] = {}
        patterns = 0
        for rule in rules:
            for scope in rule.scopes:
                if scope.is_any:
                    patterns += 1
                    _add(prefixes, rule, ANY)
                elif not place.is_any and scope.covers_account(account) and scope.covers_place(place):
                    patterns += 1
                    if scope.tail.is_literal:
                        exact.setdefault(scope.tail.pieces[0], []).append(rule)
                    else:
                        _add(prefixes, rule, scope.tail)
            if not rule.conditions and rule.is_everywhere:
                break  # it covers everything, so no later rule can be the first
        self._exact = {tail: _until_certain(found) for tail, found in exact.items()}
        self._prefixes = tuple(prefixes.items())
        self.size = _INDEX + _PATTERN * patterns + _LENGTH * len(prefixes)

    def find(self, tail: str, facts: Facts) -> Rule | None:
        """The first rule that covers a resource with this tail and whose conditions hold."""
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
