"""Lints of resources: those that no action of their statement can be asked about."""

from collections.abc import Iterable

from authz.language.action import ActionPattern
from authz.language.document import Effect
from authz.language.report import Report
from authz.language.resource import ResourcePattern
from authz.lint.actions import is_opaque
from authz.lint.forms import Misfit, misfit, services_asked
from authz.lint.placed import Placed, PlacedStatement


def lint_resources(statement: PlacedStatement, report: Report) -> None:
    """Report a statement that can never match, or the resources and actions of it that cannot."""
    if not statement.resources:
        return
    actions = [action for action in statement.actions if not is_opaque(action.parsed)]
    for resource in statement.resources:
        _lint_form(resource, actions, statement.parsed.effect, report)
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
    services = services_asked(str(action.service))
    return services is None or any(resource.service.matches(service) for service in services)


def _lint_form(
    resource: Placed[ResourcePattern], actions: Iterable[Placed[ActionPattern]], effect: Effect, report: Report
) -> None:
    """A resource whose form no resource has of any service that it may be of."""
    faults = [misfit(service, resource.parsed) for service in sorted(_owners(resource.parsed, actions))]
    found = [fault for fault in faults if fault is not None]
    if not found or len(found) < len(faults):
        return
    fault: Misfit = found[0]
    verb = "allows" if effect is Effect.ALLOW else "protects"
    message = f"`{resource.raw}` can never match, so this {effect.value} {verb} nothing by it: {fault.reason}"
    report.warning(fault.code, resource.path, message)


def _owners(resource: ResourcePattern, actions: Iterable[Placed[ActionPattern]]) -> frozenset[str]:
    """The services of which the resource may be one; none where that cannot be told."""
    if resource.service.is_literal:
        return frozenset({str(resource.service)})
    services: frozenset[str] = frozenset()
    for action in actions:
        asked = services_asked(str(action.parsed.service)) if action.parsed.service.is_literal else None
        if asked is None:
            return frozenset()
        services |= {service for service in asked if resource.service.matches(service)}
    return services
