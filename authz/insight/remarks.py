"""Describes doubtful parts of a request: an action, a resource or a caller that does not exist.

Similar names are suggested from the caller's own account only, so that other accounts are not revealed.
"""

from collections.abc import Collection

from authz.catalog.catalog import load_catalog
from authz.engine.bounds import shown
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.language.action import Action
from authz.language.principal import Principal, PrincipalKind
from authz.language.resource import Resource, ResourcePattern
from authz.language.variables import Template
from authz.lint.forms import misfit, services_asked
from authz.lint.names import intended_service, suggested_action
from authz.pattern import Pattern
from authz.spelling import nearest

_OUTDATED = frozenset({"legacy", "withdrawn"})


def principal_remark(snapshot: Snapshot, principal: Principal) -> str:
    """The part of an unknown caller that does not exist: account, user or role; empty if the caller is known."""
    state = snapshot.states.find(principal.account)
    if state is None:
        return f"account {shown(principal.account)} does not exist"
    if state.knows(principal):
        return ""
    name = shown(principal.name)
    if principal.kind is PrincipalKind.ROLE:
        return f"account {principal.account} has no role `{name}`{_near_role(principal.name, state.account.roles)}"
    # A number with one wrong digit may be a typing error; with more, it is a different number.
    near = nearest(principal.name, state.account.users.keys(), 1 - 1 / len(principal.name))
    called = f" ({state.account.users[near].name})" if near and state.account.users[near].name else ""
    hint = f"; did you mean `{near}`{called}?" if near else ""
    return f"account {principal.account} has no user `{name}`{hint}"


def _near_role(name: str, roles: Collection[str]) -> str:
    near = nearest(name, roles)
    return f"; did you mean `{near}`?" if near else ""


def question_remarks(action: Action, resource: Resource | None = None) -> tuple[str, ...]:
    """Remarks from the catalog: an action that does not exist, or a resource that CAM never checks.

    Empty if the catalog does not cover the service.
    """
    found = (_action_remark(action), "" if resource is None else _resource_remark(action, resource))
    return tuple(remark for remark in found if remark)


def remarks(snapshot: Snapshot, request: Request) -> tuple[str, ...]:
    """All remarks about a request; those about the caller come first."""
    who = principal_remark(snapshot, request.principal)
    return (*((who,) if who else ()), *question_remarks(request.action, request.resource))


def _action_remark(action: Action) -> str:
    known = load_catalog().find(action.service, action.name)
    text = shown(str(action))
    if known is None:
        return _unknown_action_remark(action, text)
    if known.status not in _OUTDATED:
        return ""
    if known.successor:
        return f"`{text}` is a legacy name; CAM checks `{known.successor}`"
    return f"`{text}` is a legacy name without a successor, which CAM no longer checks"


def _unknown_action_remark(action: Action, text: str) -> str:
    if action.service in load_catalog().services:
        hint = suggested_action(action.service, action.folded) or "check its spelling in the API reference"
        return f"the action `{text}` does not exist in the catalog of `{action.service}`; {hint}"
    intended = intended_service(action.service, action.folded)
    return f"the service `{shown(action.service)}` is unknown; did you mean `{intended}`?" if intended else ""


def _resource_remark(action: Action, resource: Resource) -> str:
    if resource.is_any:
        return ""
    text = shown(resource.text)
    asked = services_asked(action.service)
    if asked is not None and resource.service not in asked:
        return f"`{text}` is not a resource of `{' or '.join(sorted(asked))}`, which `{shown(str(action))}` requires"
    fault = misfit(resource.service, _as_pattern(resource))
    return f"`{text}` is not a resource that CAM checks: {fault.reason}" if fault else ""


def _as_pattern(resource: Resource) -> ResourcePattern:
    return ResourcePattern(
        is_any=False,
        service=Pattern((resource.service,)),
        region=Pattern((resource.region,)),
        account=resource.account,
        tail=Template((resource.tail,)),
        text=shown(resource.text),
    )
