"""Lints statements that other statements of the same document cover."""

from collections.abc import Sequence

from authz.language.document import Effect, Statement
from authz.language.report import Report, path_text
from authz.lint.placed import PlacedStatement


def lint_coverage(statements: Sequence[PlacedStatement], report: Report) -> None:
    """Report statements that have no effect in their document."""
    for statement in statements:
        denier = next((other for other in statements if _undoes(other.parsed, statement.parsed)), None)
        coverer = next((other for other in statements if _makes_needless(other.parsed, statement.parsed)), None)
        if denier is not None:
            message = f"this allow has no effect, since the deny at `{path_text(denier.path)}` covers all of it"
            report.warning("Lint.DeniedAllow", statement.path, message)
        elif coverer is not None:
            effect = statement.parsed.effect.value
            message = f"`{path_text(coverer.path)}` covers all of this {effect}; delete it, or narrow the other"
            report.warning("Lint.CoveredStatement", statement.path, message)


def _undoes(deny: Statement, allow: Statement) -> bool:
    is_pair = deny.effect is Effect.DENY and allow.effect is Effect.ALLOW
    return is_pair and not deny.conditions and _covers(deny, allow)


def _makes_needless(outer: Statement, inner: Statement) -> bool:
    """Whether `inner` has no effect beside `outer`; of two equal statements, the later is needless."""
    if outer is inner or outer.effect is not inner.effect or not _covers(outer, inner):
        return False
    return outer.index < inner.index or not _covers(inner, outer)


def _covers(outer: Statement, inner: Statement) -> bool:
    """Whether `outer` matches whenever `inner` does; fewer conditions match more (cam-language 2.2, rule 3)."""
    return (
        outer.principals == inner.principals
        and _conditions_of(outer) <= _conditions_of(inner)
        and all(any(each.covers(action) for each in outer.actions) for action in inner.actions)
        and all(any(each.covers(resource) for each in outer.resources) for resource in inner.resources)
    )


def _conditions_of(statement: Statement) -> frozenset[tuple[str, str, frozenset[str]]]:
    """The conditions in a form that ignores the order of their values."""
    return frozenset(
        (str(each.operator), each.key, frozenset(str(value) for value in each.values)) for each in statement.conditions
    )
