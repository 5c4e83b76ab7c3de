"""Lints of statements that others of the same document cover, and what one pattern covers of another."""

from collections.abc import Sequence

from authz.accounts.lint_placed import PlacedStatement
from authz.language.action import ActionPattern
from authz.language.document import Effect, Statement
from authz.language.pattern import Pattern
from authz.language.report import Report, path_text
from authz.language.resource import AccountKind, ResourcePattern
from authz.language.variables import Template, Variable

_STAR = "\x00"  # no policy may hold it: where a `*` of the inner pattern stands, only a `*` of the outer one fits
_VARIABLES = {variable: f"\x01{variable.value}\x01" for variable in Variable}


def lint_coverage(statements: Sequence[PlacedStatement], report: Report) -> None:
    """Report what has no effect beside the rest of the document."""
    for statement in statements:
        denier = next((other for other in statements if _undoes(other.parsed, statement.parsed)), None)
        coverer = next((other for other in statements if _makes_needless(other.parsed, statement.parsed)), None)
        if denier is not None:
            message = f"this allow has no effect: the deny at `{path_text(denier.path)}` covers all of it"
            report.warning("Lint.DeniedAllow", statement.path, message)
        elif coverer is not None:
            effect = statement.parsed.effect.value
            message = f"`{path_text(coverer.path)}` covers all of this {effect}; delete it, or narrow the other"
            report.warning("Lint.CoveredStatement", statement.path, message)


def _undoes(deny: Statement, allow: Statement) -> bool:
    is_pair = deny.effect is Effect.DENY and allow.effect is Effect.ALLOW
    return is_pair and not deny.conditions and _covers(deny, allow)


def _makes_needless(outer: Statement, inner: Statement) -> bool:
    """Whether `outer` says all that `inner` does; of two equal ones the later is needless."""
    if outer is inner or outer.effect is not inner.effect or not _covers(outer, inner):
        return False
    return outer.index < inner.index or not _covers(inner, outer)


def _covers(outer: Statement, inner: Statement) -> bool:
    """Whether `outer` matches whenever `inner` does: fewer conditions are met more often (cam-language 2.2, rule 3)."""
    return (
        outer.principals == inner.principals
        and _conditions_of(outer) <= _conditions_of(inner)
        and all(any(covers_action(each, action) for each in outer.actions) for action in inner.actions)
        and all(any(covers_resource(each, resource) for each in outer.resources) for resource in inner.resources)
    )


def _conditions_of(statement: Statement) -> frozenset[tuple[str, str, frozenset[str]]]:
    """The conditions, so that the order of their values does not count."""
    return frozenset(
        (str(each.operator), each.key, frozenset(str(value) for value in each.values)) for each in statement.conditions
    )


def covers(outer: Pattern, inner: Pattern) -> bool:
    """Whether `outer` matches every text that `inner` matches."""
    return outer.matches(_STAR.join(inner.pieces))


def overlaps(left: Pattern, right: Pattern) -> bool:
    """Whether some text matches both."""
    if left.is_literal:
        return right.matches(str(left))
    if right.is_literal:
        return left.matches(str(right))
    heads, tails = (left.pieces[0], right.pieces[0]), (left.pieces[-1], right.pieces[-1])
    longest_head, longest_tail = max(heads, key=len), max(tails, key=len)
    return all(longest_head.startswith(head) for head in heads) and all(longest_tail.endswith(tail) for tail in tails)


def covers_action(outer: ActionPattern, inner: ActionPattern) -> bool:
    """Whether `outer` admits every action that `inner` admits."""
    return covers(outer.service, inner.service) and covers(outer.name, inner.name)


def covers_resource(outer: ResourcePattern, inner: ResourcePattern) -> bool:
    """Whether `outer` admits every resource that `inner` admits; a bare `*` is covered by another only."""
    if outer.is_any or inner.is_any:
        return outer.is_any
    is_place = covers(outer.service, inner.service) and covers(outer.region, inner.region)
    return is_place and _covers_account(outer, inner) and _covers_tail(outer, inner)


def _covers_account(outer: ResourcePattern, inner: ResourcePattern) -> bool:
    if outer.account.kind is AccountKind.ANY:
        return True
    return outer.account == inner.account or (_is_own(outer) and _is_own(inner))


def _is_own(resource: ResourcePattern) -> bool:
    """Whether it names its own account in one way or another: no other account's but that of a role is accepted."""
    kind = resource.account.kind
    return kind is AccountKind.OWN or (kind is AccountKind.UIN and not resource.service.matches("cam"))


def _covers_tail(outer: ResourcePattern, inner: ResourcePattern) -> bool:
    """That a path ending in `/*` admits its parent too is our reading (cam-language 1.3), so it makes none needless."""
    tail = _pattern(outer.tail)
    if inner.parent is not None:
        parent = _pattern(inner.parent)
        if not covers(tail, parent) and (outer.parent is None or not covers(_pattern(outer.parent), parent)):
            return False
    return covers(tail, _pattern(inner.tail))


def _pattern(template: Template) -> Pattern:
    """The template as a pattern in which a variable is a text of its own, unlike any other."""
    pattern = template.bind(_VARIABLES)
    assert pattern is not None  # noqa: S101 - every variable has a value here
    return pattern
