"""Finds the rules of one effect and one action by the tail of a resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from authz.engine.facts import Facts
from authz.engine.rules import Rule
from authz.language.resource import AccountSegment, Resource
from authz.pattern import ANY, Pattern

_INDEX, _PATTERN, _LENGTH = 400, 260, 300  # bytes of an index, of each pattern in it, of each length of a prefix


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule whose pattern has the prefix of a resource; `rest` is None if the prefix alone is a match."""

    rule: Rule
    rest: Pattern | None


class TailIndex:
    """Finds the first rule, in order of attachment, that covers a resource and whose conditions hold.

    All resources have the service and region of `place`; they differ in their tails. A look-up costs one hash for the
    whole tail and one for each length of a prefix. Requests without a resource are a separate place, which only a bare
    `*` covers (cam-language 6). The resources belong to the policies' account, or to another `account` if given. `size`
    is an upper estimate in bytes.
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
                break  # this rule covers everything, so no later rule can be the first
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
    """The rules up to the first without conditions; no later rule can be the first that applies."""
    certain = next((at for at, rule in enumerate(rules) if not rule.conditions), len(rules))
    return tuple(rules[: certain + 1])
