"""Lints of the names of actions: services and actions that the catalog does not know, legacy names, action sets."""

from collections.abc import Collection, Iterable

from authz.catalog.catalog import Catalog, CatalogAction, load_catalog
from authz.catalog.services import OTHER_SERVICES
from authz.language.action import ActionPattern
from authz.language.report import Report
from authz.lint.actions import is_opaque, matched
from authz.lint.placed import Placed, PlacedStatement
from authz.spelling import did_you_mean, nearest

_SUCCESSORS = {"consolesms": "sms", "avc": "im"}
"""Services that were renamed as a whole (382/38454, 1047/38087)."""
_COMPLETE = frozenset({"im", "sms"})  # of the other services the catalog has the usual actions
_SLIP = 0.9  # how much of two names agrees when one is a slip of the other, and not a name of its own

NOT_CHECKED = frozenset({"Lint.UnknownAction", "Lint.UnknownService", "Lint.UncheckedService"})
"""Notes of what the catalog cannot judge: nobody can mend that in a policy, so none of them fails a build."""


def lint_names(statement: PlacedStatement, report: Report) -> None:
    """Report every action that most likely does not mean what its author thinks."""
    told: set[str] = set()
    beside = frozenset(str(resource.parsed.service) for resource in statement.resources)
    for action in statement.actions:
        _lint_name(action, beside, told, report)


def _lint_name(action: Placed[ActionPattern], beside: Collection[str], told: set[str], report: Report) -> None:
    """`beside` are the services of the statement's resources, `told` those of which something was said already."""
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
        _lint_unchecked_service(action, service, told, report)
    elif service not in load_catalog().services:
        _lint_unknown_service(action, beside, told, report)
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


def _lint_unchecked_service(action: Placed[ActionPattern], service: str, told: set[str], report: Report) -> None:
    """Once for a statement; `told` are the services of which it was said."""
    if service not in told:
        told.add(service)
        message = f"the actions of service `{service}` are not in the catalog, so that `{action.raw}` is not checked"
        report.note("Lint.UncheckedService", action.path, message)


def _lint_unknown_service(
    action: Placed[ActionPattern], beside: Collection[str], told: set[str], report: Report
) -> None:
    """New services come every month: one is taken for misspelt only beside an action or a resource that is known."""
    service, catalog = str(action.parsed.service), load_catalog()
    covered = meant_service(service, str(action.parsed.name), beside)
    if covered:
        message = f"unknown service `{service}` in `{action.raw}`; did you mean `{covered}`?"
        report.warning("Lint.UnknownService", action.path, message)
    elif service not in told:
        told.add(service)
        hint = did_you_mean(service, catalog.services | OTHER_SERVICES)
        hint = hint or f"; services whose actions are known are {', '.join(sorted(_current_services(catalog)))}"
        message = f"service `{service}` is not known here, so that `{action.raw}` is not checked{hint}"
        report.note("Lint.UnknownService", action.path, message)


def meant_service(service: str, name: str, beside: Collection[str] = ()) -> str | None:
    """The service of the catalog that an unknown one is a misspelling of; None where it may be one of its own.

    What gives it away is the name of an action that the catalog has, or a resource of that service `beside` it.
    """
    if service in OTHER_SERVICES:
        return None
    covered = nearest(service, load_catalog().services)
    return covered if covered and (covered in beside or _find_anywhere(name)) else None


def _current_services(catalog: Catalog) -> Iterable[str]:
    return catalog.services - _SUCCESSORS.keys()


def _find_anywhere(name: str) -> CatalogAction | None:
    """The action of this name in any service that is not outdated."""
    catalog = load_catalog()
    found = (catalog.find(service, name) for service in sorted(_current_services(catalog)))
    return next((each for each in found if each is not None), None)


def _lint_unknown_action(action: Placed[ActionPattern], service: str, report: Report) -> None:
    say = report.warning if service in _COMPLETE or _is_misspelt(service, str(action.parsed.name)) else report.note
    hint = right_action(service, str(action.parsed.name)) or "check its spelling in the API reference"
    say("Lint.UnknownAction", action.path, f"the catalog has no action `{action.raw}` of `{service}`; {hint}")


def _is_misspelt(service: str, name: str) -> bool:
    """Whether the name is all but that of an action which the catalog knows."""
    return bool(_find_anywhere(name) or nearest(name, _names_of(service), _SLIP))


def right_action(service: str, name: str) -> str:
    """What to write for an unknown action of a known service, as the end of a sentence; empty where nobody knows."""
    elsewhere = _find_anywhere(name)
    if elsewhere is not None:
        return f"it is one of `{elsewhere.service}`: write `{elsewhere}`"
    near = nearest(name, _names_of(service))
    return f"did you mean `{service}:{near}`?" if near else ""


def _names_of(service: str) -> Collection[str]:
    return [each.name for each in load_catalog().actions(service)]
