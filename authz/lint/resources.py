"""Lints resources that no action of their statement can use."""

from collections.abc import Iterable

from authz.language.action import ActionPattern
from authz.language.document import Effect
from authz.language.report import Report
from authz.language.resource import ResourcePattern
from authz.lint.actions import is_opaque
from authz.lint.forms import Misfit, misfit, services_asked
from authz.lint.placed import Placed, PlacedStatement


def lint_resources(statement: PlacedStatement, report: Report) -> None:
    """Report a statement that can never match, or its resources and actions that cannot."""
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
            message = (
                f"`{action.raw}` can never match: no resource of this statement belongs to `{action.parsed.service}`"
            )
            report.warning("Lint.ServiceMismatch", action.path, message)
    for resource in statement.resources:
        if resource.path not in alive_resources:
            message = (
                f"`{resource.raw}` can never match: no action of this statement belongs to `{resource.parsed.service}`"
            )
            report.warning("Lint.ServiceMismatch", resource.path, message)


def _reason(statement: PlacedStatement) -> str:
    if all(is_opaque(action.parsed) for action in statement.actions):
        return "the content of its action sets is not known; list the actions"
    actions = sorted({str(action.parsed.service) for action in statement.actions if not is_opaque(action.parsed)})
    resources = sorted({str(resource.parsed.service) for resource in statement.resources})
    return f"its actions belong to `{', '.join(actions)}`, its resources to `{', '.join(resources)}`"


def _may_meet(action: ActionPattern, resource: ResourcePattern) -> bool:
    """Whether CAM may check such a resource for such an action; true if the catalog has no answer."""
    if resource.is_any or not action.service.is_literal:
        return True
    services = services_asked(str(action.service))
    return services is None or any(resource.service.matches(service) for service in services)


def _lint_form(
    resource: Placed[ResourcePattern], actions: Iterable[Placed[ActionPattern]], effect: Effect, report: Report
) -> None:
    """Report a resource whose form fits no resource of the services to which it may belong."""
    faults = [misfit(service, resource.parsed) for service in sorted(_owners(resource.parsed, actions))]
    found = [fault for fault in faults if fault is not None]
    if not found or len(found) < len(faults):
        return
    fault: Misfit = found[0]
    verb = "allows" if effect is Effect.ALLOW else "protects"
    message = f"`{resource.raw}` can never match, so this {effect.value} {verb} nothing: {fault.reason}"
    report.warning(fault.code, resource.path, message)


def _owners(resource: ResourcePattern, actions: Iterable[Placed[ActionPattern]]) -> frozenset[str]:
    """The services to which the resource may belong; empty if unknown."""
    if resource.service.is_literal:
        return frozenset({str(resource.service)})
    services: frozenset[str] = frozenset()
    for action in actions:
        asked = services_asked(str(action.parsed.service)) if action.parsed.service.is_literal else None
        if asked is None:
            return frozenset()
        services |= {service for service in asked if resource.service.matches(service)}
    return services
