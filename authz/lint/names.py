"""Lints the names of actions: services and actions that the catalog does not list, legacy names, action sets."""

from collections.abc import Collection, Iterable

from authz.catalog.catalog import Catalog, CatalogAction, load_catalog
from authz.catalog.services import OTHER_SERVICES
from authz.language.action import ActionPattern
from authz.language.report import Report
from authz.lint.actions import is_opaque, matched
from authz.lint.placed import Placed, PlacedStatement
from authz.spelling import did_you_mean, nearest

_SUCCESSORS = {"consolesms": "sms", "avc": "im"}
"""Renamed services (382/38454, 1047/38087)."""
_COMPLETE = frozenset({"im", "sms"})  # of other services, the catalog lists only the usual actions
_TYPING_ERROR = 0.9  # the similarity from which a name is taken for a typing error

NOT_CHECKED = frozenset({"Lint.UnknownAction", "Lint.UnknownService", "Lint.UncheckedService"})
"""Findings about limits of the catalog. A change of the policy cannot fix them, so they never fail a build."""


def lint_names(statement: PlacedStatement, report: Report) -> None:
    """Report every action that most likely is not what its author intends."""
    reported: set[str] = set()
    beside = frozenset(str(resource.parsed.service) for resource in statement.resources)
    for action in statement.actions:
        _lint_name(action, beside, reported, report)


def _lint_name(action: Placed[ActionPattern], beside: Collection[str], reported: set[str], report: Report) -> None:
    """`beside` are the services of the statement's resources, `reported` those that have a finding already."""
    service = str(action.parsed.service)
    if is_opaque(action.parsed):
        message = (
            f"`{action.raw}` is a product's action set, which is not known here and matches nothing; list its actions"
        )
        report.warning("Lint.OpaqueAction", action.path, message)
    elif action.parsed.service.is_any:
        _lint_unmatched(action, "any service in the catalog", report)
    elif not action.parsed.service.is_literal:
        message = f"`{action.raw}` contains a wildcard in the service, which CAM does not document; name the services"
        report.warning("Lint.ServiceWildcard", action.path, message)
    elif service in _SUCCESSORS:
        _lint_renamed_service(action, service, report)
    elif service in OTHER_SERVICES:
        _lint_unchecked_service(action, service, reported, report)
    elif service not in load_catalog().services:
        _lint_unknown_service(action, beside, reported, report)
    elif not action.parsed.name.is_literal:
        _lint_unmatched(action, service, report)
    elif not matched(action.parsed):
        _lint_unknown_action(action, service, report)


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


def _lint_unchecked_service(action: Placed[ActionPattern], service: str, reported: set[str], report: Report) -> None:
    """Report each service once in a statement."""
    if service not in reported:
        reported.add(service)
        message = f"the actions of service `{service}` are not in the catalog, so `{action.raw}` is not checked"
        report.note("Lint.UncheckedService", action.path, message)


def _lint_unknown_service(
    action: Placed[ActionPattern], beside: Collection[str], reported: set[str], report: Report
) -> None:
    """Report a service that is not in the catalog.

    New services appear every month, so a name counts as misspelt only with a known action or a known resource.
    """
    service, catalog = str(action.parsed.service), load_catalog()
    covered = intended_service(service, str(action.parsed.name), beside)
    if covered:
        message = f"unknown service `{service}` in `{action.raw}`; did you mean `{covered}`?"
        report.warning("Lint.UnknownService", action.path, message)
    elif service not in reported:
        reported.add(service)
        hint = did_you_mean(service, catalog.services | OTHER_SERVICES)
        hint = hint or f"; the catalog contains {', '.join(sorted(_current_services(catalog)))}"
        message = f"service `{service}` is unknown, so `{action.raw}` is not checked{hint}"
        report.note("Lint.UnknownService", action.path, message)


def intended_service(service: str, name: str, beside: Collection[str] = ()) -> str | None:
    """The service that a misspelt one most likely means; None if it may be a service that the catalog does not list.

    The evidence is an action name that the catalog lists, or a resource of the service `beside` it.
    """
    if service in OTHER_SERVICES:
        return None
    covered = nearest(service, load_catalog().services)
    return covered if covered and (covered in beside or _find_anywhere(name)) else None


def _current_services(catalog: Catalog) -> Iterable[str]:
    return catalog.services - _SUCCESSORS.keys()


def _find_anywhere(name: str) -> CatalogAction | None:
    """The action of this name in any current service."""
    catalog = load_catalog()
    found = (catalog.find(service, name) for service in sorted(_current_services(catalog)))
    return next((each for each in found if each is not None), None)


def _lint_unknown_action(action: Placed[ActionPattern], service: str, report: Report) -> None:
    say = report.warning if service in _COMPLETE or _is_misspelt(service, str(action.parsed.name)) else report.note
    hint = suggested_action(service, str(action.parsed.name)) or "check its spelling in the API reference"
    say("Lint.UnknownAction", action.path, f"the catalog has no action `{action.raw}` of `{service}`; {hint}")


def _is_misspelt(service: str, name: str) -> bool:
    """Whether the name is that of another service's action, or almost that of an action of this service."""
    return bool(_find_anywhere(name) or nearest(name, _names_of(service), _TYPING_ERROR))


def suggested_action(service: str, name: str) -> str:
    """The advice for an unknown action of a known service, as the end of a sentence; empty if there is none."""
    elsewhere = _find_anywhere(name)
    if elsewhere is not None:
        return f"it belongs to `{elsewhere.service}`: write `{elsewhere}`"
    near = nearest(name, _names_of(service))
    return f"did you mean `{service}:{near}`?" if near else ""


def _names_of(service: str) -> Collection[str]:
    return [each.name for each in load_catalog().actions(service)]
