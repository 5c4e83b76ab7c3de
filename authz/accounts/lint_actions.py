"""Lints of actions: what the catalog does not know, legacy names, and APIs that CAM asks about `*` only."""

import difflib
from collections.abc import Iterable, Sequence

from authz.accounts.lint_placed import Placed, PlacedStatement
from authz.catalog.catalog import Access, Catalog, CatalogAction, load_catalog
from authz.catalog.services import OTHER_SERVICES
from authz.language.action import ActionPattern
from authz.language.document import Effect
from authz.language.pattern import Pattern
from authz.language.report import Report

_OUTDATED = frozenset({"legacy", "withdrawn"})
_SUCCESSORS = {"consolesms": "sms", "avc": "im"}
"""Services that were renamed as a whole (382/38454, 1047/38087)."""
_FIRST = ("SendSms", "SendMultiGlobalSms")  # of many APIs those that a reader knows by name
_SHOWN = 3
_COMPLETE = frozenset({"im", "sms"})  # of the other services the catalog has the usual actions
_LIKENESS = 0.75


def lint_actions(statement: PlacedStatement, report: Report) -> None:
    """Report every action that most likely does not mean what its author thinks."""
    unchecked: set[str] = set()
    for action in statement.actions:
        _lint_name(action, load_catalog(), unchecked, report)


def is_opaque(action: ActionPattern) -> bool:
    """Whether it is a product's numbered action set (`permid/…`), of whose content nothing is known here."""
    return "/" in str(action.service)


def matched(action: ActionPattern) -> tuple[CatalogAction, ...]:
    """The catalog's actions that the pattern admits."""
    if action.service.is_literal and action.name.is_literal:
        known = load_catalog().find(str(action.service), str(action.name))
        return (known,) if known else ()
    services = [name for name in load_catalog().services if action.service.matches(name)]
    found = load_catalog().actions(*services) if services else ()
    return tuple(known for known in found if action.name.matches(known.name.lower()))


def _lint_name(action: Placed[ActionPattern], catalog: Catalog, unchecked: set[str], report: Report) -> None:
    service = str(action.parsed.service)
    if is_opaque(action.parsed):
        message = (
            f"`{action.raw}` is a product's action set that is not known here and matches nothing; list its actions"
        )
        report.warning("Lint.OpaqueAction", action.path, message)
    elif action.parsed.service.is_any:
        _lint_unmatched(action, "any service that the catalog knows", report)
    elif not action.parsed.service.is_literal:
        message = f"`{action.raw}` has a wildcard inside the service, which CAM does not document; name the services"
        report.warning("Lint.ServiceWildcard", action.path, message)
    elif service in _SUCCESSORS:
        _lint_renamed_service(action, service, report)
    elif service in OTHER_SERVICES:
        _lint_unchecked_service(action, service, unchecked, report)
    elif service not in catalog.services:
        _lint_unknown_service(action, service, catalog, report)
    elif not action.parsed.name.is_literal:
        _lint_unmatched(action, service, report)
    elif not matched(action.parsed):
        _lint_unknown_action(action, service, catalog, report)


def _lint_unmatched(action: Placed[ActionPattern], where: str, report: Report) -> None:
    if not action.parsed.name.is_any and not matched(action.parsed):
        message = f"`{action.raw}` matches no action of {where}; check its spelling"
        report.warning("Lint.UnknownAction", action.path, message)


def _lint_renamed_service(action: Placed[ActionPattern], service: str, report: Report) -> None:
    known = matched(action.parsed) if action.parsed.name.is_literal else ()
    successor = _SUCCESSORS[service]
    if not known:
        message = f"service `{service}` is now `{successor}`; write the actions of `{successor}` instead"
        report.warning("Lint.LegacyService", action.path, f"`{action.raw}`: {message}")
    elif known[0].status == "withdrawn":
        message = f"`{action.raw}` was withdrawn and has no successor; delete it"
        report.warning("Lint.WithdrawnAction", action.path, message)
    elif known[0].successor:
        message = f"`{action.raw}` is a legacy name; write `{known[0].successor}`"
        report.warning("Lint.LegacyAction", action.path, message)
    else:
        message = f"`{action.raw}` is a legacy name without a documented successor; delete it, or see `{successor}`"
        report.warning("Lint.LegacyAction", action.path, message)


def _lint_unchecked_service(action: Placed[ActionPattern], service: str, told: set[str], report: Report) -> None:
    """Once for a statement; `told` are the services of which it was said."""
    if service not in told:
        told.add(service)
        message = f"the actions of service `{service}` are not in the catalog, so that `{action.raw}` is not checked"
        report.note("Lint.UncheckedService", action.path, message)


def _lint_unknown_service(action: Placed[ActionPattern], service: str, catalog: Catalog, report: Report) -> None:
    near = difflib.get_close_matches(service, sorted(catalog.services | OTHER_SERVICES), n=1)
    hint = f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(_current_services(catalog)))}"
    report.warning("Lint.UnknownService", action.path, f"unknown service `{service}` in `{action.raw}`{hint}")


def _current_services(catalog: Catalog) -> Iterable[str]:
    return catalog.services - _SUCCESSORS.keys()


def _lint_unknown_action(action: Placed[ActionPattern], service: str, catalog: Catalog, report: Report) -> None:
    name = str(action.parsed.name)
    known = {each.name.lower(): each for each in catalog.actions(service)}
    near = difflib.get_close_matches(name, known, n=1, cutoff=_LIKENESS)
    elsewhere = [found for other in sorted(_current_services(catalog)) if (found := catalog.find(other, name))]
    if elsewhere:
        hint = f"it is one of `{elsewhere[0].service}`: write `{elsewhere[0]}`"
    elif near:
        hint = f"did you mean `{known[near[0]]}`?"
    else:
        hint = "check its spelling in the API reference"
    is_sure = bool(elsewhere or near) or service in _COMPLETE
    say = report.warning if is_sure else report.note
    say("Lint.UnknownAction", action.path, f"the catalog has no action `{action.raw}` of `{service}`; {hint}")


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
    if action.parsed.name.is_literal:
        message = (
            f"CAM asks about `*` for `{action.raw}`, an operation-level API, so a concrete resource never matches "
            f'and this {verb} nothing; give it a statement with `"resource": "*"`'
        )
        report.warning("Lint.OperationLevel", action.path, message)
        return
    rest = f'which need a statement of their own with `"resource": "*"`: {shown_actions(operations)}'
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
    """The first few of a list of actions, and how many more there are."""
    ranked = sorted(actions, key=lambda each: (each.name not in _FIRST, each.access is not Access.WRITE))
    names = ", ".join(f"`{each}`" for each in ranked[:_SHOWN])
    return names if len(ranked) <= _SHOWN else f"{names} and {len(ranked) - _SHOWN} more"


def lint_breadth(statement: PlacedStatement, report: Report) -> None:
    """Report grants that reach further than they seem to need."""
    if statement.parsed.effect is not Effect.ALLOW or not statement.is_for_all or statement.conditions:
        return
    everything = [action for action in statement.actions if action.parsed.service.is_any and action.parsed.name.is_any]
    if everything:
        message = "this allows every action of every service on every resource; name the services it is meant for"
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
