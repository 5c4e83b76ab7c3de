"""Lints of resources: those that no action of their statement can be asked about."""

from collections.abc import Mapping
from functools import cache

from authz.accounts.lint_actions import is_opaque
from authz.accounts.lint_coverage import overlaps
from authz.accounts.lint_placed import Placed, PlacedStatement
from authz.catalog.catalog import load_catalog
from authz.language.action import ActionPattern
from authz.language.pattern import Pattern
from authz.language.report import Report
from authz.language.resource import ResourcePattern
from authz.language.variables import Variable

_RESOURCES_OF: Mapping[str, frozenset[str]] = {
    "im": frozenset({"im"}),
    "avc": frozenset({"im", "avc"}),
    "cim": frozenset({"im", "cim"}),
    "sms": frozenset({"sms"}),
    "consolesms": frozenset({"sms", "consolesms"}),
    "cam": frozenset({"cam"}),
    "sts": frozenset({"cam", "sts"}),
}
"""Whose resources CAM is asked about for the actions of a service; other products reach across services."""


def lint_resources(statement: PlacedStatement, report: Report) -> None:
    """Report a statement that can never match, or the resources and actions of it that cannot."""
    if not statement.resources:
        return
    for resource in statement.resources:
        _lint_type(resource, report)
    actions = [action for action in statement.actions if not is_opaque(action.parsed)]
    pairs = [(a, r) for a in actions for r in statement.resources if _may_meet(a.parsed, r.parsed)]
    if not pairs:
        report.warning("Lint.NeverMatches", statement.path, f"this statement can never match: {_reason(statement)}")
        return
    alive_actions = {action.path for action, _ in pairs}
    alive_resources = {resource.path for _, resource in pairs}
    for action in actions:
        if action.path not in alive_actions:
            message = f"`{action.raw}` can never match: no resource here is one of `{action.parsed.service}`"
            report.warning("Lint.ServiceMismatch", action.path, message)
    for resource in statement.resources:
        if resource.path not in alive_resources:
            message = f"`{resource.raw}` can never match: no action here is one of `{resource.parsed.service}`"
            report.warning("Lint.ServiceMismatch", resource.path, message)


def _reason(statement: PlacedStatement) -> str:
    if all(is_opaque(action.parsed) for action in statement.actions):
        return "what is in its action sets is not known; list the actions"
    actions = sorted({str(action.parsed.service) for action in statement.actions if not is_opaque(action.parsed)})
    resources = sorted({str(resource.parsed.service) for resource in statement.resources})
    return f"its actions are of `{', '.join(actions)}`, its resources of `{', '.join(resources)}`"


def _may_meet(action: ActionPattern, resource: ResourcePattern) -> bool:
    """Whether CAM may be asked about such a resource for such an action; yes where the catalog cannot tell."""
    if resource.is_any or not action.service.is_literal:
        return True
    services = _RESOURCES_OF.get(str(action.service))
    return services is None or any(resource.service.matches(service) for service in services)


def _lint_type(resource: Placed[ResourcePattern], report: Report) -> None:
    """A service of the catalog whose resources are of known types has no others."""
    if resource.parsed.is_any:
        return
    types = _resource_types().get(str(resource.parsed.service), ())
    tail = Pattern.of("".join("*" if isinstance(piece, Variable) else piece for piece in resource.parsed.tail.pieces))
    if types and not any(overlaps(tail, Pattern((f"{each}/", ""))) for each in types):
        right = " or ".join(f"`{each}/<id>`" for each in types)
        message = f"`{resource.raw}` can never match: resources of `{resource.parsed.service}` are named {right}"
        report.warning("Lint.ResourceType", resource.path, message)


@cache
def _resource_types() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for action in load_catalog().actions():
        if action.resource_type:
            found.setdefault(action.service, {})[action.resource_type] = None
    return {service: tuple(types) for service, types in found.items()}
