"""Lints the reach of actions: operation-level APIs on concrete resources, and grants that seem too broad."""

from collections.abc import Iterable, Sequence

from authz.catalog.catalog import Access, CatalogAction, load_catalog
from authz.language.action import ActionPattern
from authz.language.document import Effect
from authz.language.report import Report
from authz.lint.placed import Placed, PlacedStatement
from authz.pattern import Pattern

_OUTDATED = frozenset({"legacy", "withdrawn"})
_FIRST = ("SendSms", "SendMultiGlobalSms")  # well-known APIs, which are named first
_SHOWN = 3


def is_opaque(action: ActionPattern) -> bool:
    """Whether the pattern is a product's numbered action set (`permid/…`), whose content is not known here."""
    return "/" in str(action.service)


def matched(action: ActionPattern) -> tuple[CatalogAction, ...]:
    """The actions of the catalog that match the pattern."""
    if action.service.is_literal and action.name.is_literal:
        known = load_catalog().find(str(action.service), str(action.name))
        return (known,) if known else ()
    services = [name for name in load_catalog().services if action.service.matches(name)]
    found = load_catalog().actions(*services) if services else ()
    return tuple(known for known in found if action.name.matches(known.name.lower()))


def lint_operation_level(statement: PlacedStatement, others: Iterable[PlacedStatement], report: Report) -> None:
    """Report operation-level APIs that a statement names with concrete resources only (cam-language 6).

    `others` are the other statements of the document: one of the same effect on `*` may cover these APIs.
    """
    if statement.is_for_all or not statement.resources:
        return
    services = [resource.parsed.service for resource in statement.resources]
    same = [
        action.parsed
        for other in others
        if other.parsed.effect is statement.parsed.effect and other.is_for_all
        for action in other.actions
    ]
    for action in statement.actions:
        _lint_operations(action, services, same, statement.parsed.effect, report)


def _lint_operations(
    action: Placed[ActionPattern],
    services: Sequence[Pattern],
    covered: Sequence[ActionPattern],
    effect: Effect,
    report: Report,
) -> None:
    found = [each for each in matched(action.parsed) if each.status not in _OUTDATED]
    found = [each for each in found if any(service.matches(each.service) for service in services)]
    operations = [each for each in found if not each.resource_level and not _is_covered(each, covered)]
    if not operations:
        return
    verb = "allows" if effect is Effect.ALLOW else "denies"
    wide = "" if effect is Effect.ALLOW else ", which denies the API for all resources"
    if action.parsed.name.is_literal:
        message = (
            f"`{action.raw}` is an operation-level API, which CAM checks on `*` only, so a concrete resource never "
            f'matches and this {verb} nothing; add a statement for it with `"resource": "*"`{wide}'
        )
        report.warning("Lint.OperationLevel", action.path, message)
        return
    rest = f'which need a separate statement with `"resource": "*"`: {shown_actions(operations)}'
    if len(operations) == len(found):
        message = f"`{action.raw}` matches operation-level APIs only, {rest}"
        report.warning("Lint.OperationLevel", action.path, message)
    else:
        message = f"`{action.raw}` on concrete resources {verb} no operation-level APIs, {rest}"
        report.note("Lint.OperationLevel", action.path, message)


def _is_covered(action: CatalogAction, patterns: Iterable[ActionPattern]) -> bool:
    name = action.name.lower()
    return any(each.service.matches(action.service) and each.name.matches(name) for each in patterns)


def shown_actions(actions: Sequence[CatalogAction]) -> str:
    """The first actions of a list, and the number of the others."""
    ranked = sorted(actions, key=lambda each: (each.name not in _FIRST, each.access is not Access.WRITE))
    names = ", ".join(f"`{each}`" for each in ranked[:_SHOWN])
    return names if len(ranked) <= _SHOWN else f"{names} and {len(ranked) - _SHOWN} more"


def lint_breadth(statement: PlacedStatement, report: Report) -> None:
    """Report grants that seem too broad."""
    if statement.parsed.effect is not Effect.ALLOW or not statement.is_for_all or statement.conditions:
        return
    everything = [action for action in statement.actions if action.parsed.service.is_any and action.parsed.name.is_any]
    if everything:
        message = "this allows every action of every service on every resource; name the intended services"
        report.note("Lint.AllowsEverything", everything[0].path, message)
        return
    for action in statement.actions:
        writes = [each for each in matched(action.parsed) if each.access is Access.WRITE and each.resource_level]
        limited = [each for each in writes if each.resource_type]
        if limited:
            one = limited[0]
            place = f"qcs::{one.service}::uin/<root uin>:{one.resource_type}/<id>"
            message = f"`{action.raw}` on `*` writes to every resource: {shown_actions(limited)}; `{place}` limits it"
            report.note("Lint.BroadGrant", action.path, message)
