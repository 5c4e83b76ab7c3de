"""What is doubtful about a question itself: no policy helps where the action, the resource or the caller is not there.

Names that are near are told from the caller's own account only, so that nobody learns of other accounts.
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
    """Which part of an unknown caller is unknown: its account, the user or the role; empty for one that is known."""
    state = snapshot.states.find(principal.account)
    if state is None:
        return f"there is no account {shown(principal.account)}"
    if state.knows(principal):
        return ""
    name = shown(principal.name)
    if principal.kind is PrincipalKind.ROLE:
        return f"account {principal.account} has no role `{name}`{_near_role(principal.name, state.account.roles)}"
    # Of a number one digit may be wrong; with more of them it is simply another one.
    near = nearest(principal.name, state.account.users.keys(), 1 - 1 / len(principal.name))
    called = f" ({state.account.users[near].name})" if near and state.account.users[near].name else ""
    hint = f"; did you mean `{near}`{called}?" if near else ""
    return f"account {principal.account} has no user `{name}`{hint}"


def _near_role(name: str, roles: Collection[str]) -> str:
    near = nearest(name, roles)
    return f"; did you mean `{near}`?" if near else ""


def question_remarks(action: Action, resource: Resource | None = None) -> tuple[str, ...]:
    """What the catalog knows against a question: an action that does not exist, a resource that CAM never asks about.

    None where the catalog does not cover the service.
    """
    found = (_action_remark(action), "" if resource is None else _resource_remark(action, resource))
    return tuple(remark for remark in found if remark)


def remarks(snapshot: Snapshot, request: Request) -> tuple[str, ...]:
    """All that is doubtful about a request, who asks first."""
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
        return f"`{text}` is a legacy name; CAM is asked about `{known.successor}`"
    return f"`{text}` is a legacy name without a successor; CAM is not asked about it any more"


def _unknown_action_remark(action: Action, text: str) -> str:
    if action.service in load_catalog().services:
        hint = suggested_action(action.service, action.folded) or "check its spelling in the API reference"
        return f"the action `{text}` does not exist in the catalog of `{action.service}`; {hint}"
    meant = intended_service(action.service, action.folded)
    return f"the service `{shown(action.service)}` is not known; did you mean `{meant}`?" if meant else ""


def _resource_remark(action: Action, resource: Resource) -> str:
    if resource.is_any:
        return ""
    text = shown(resource.text)
    asked = services_asked(action.service)
    if asked is not None and resource.service not in asked:
        return f"`{text}` is not a resource of `{' or '.join(sorted(asked))}`, which `{shown(str(action))}` is about"
    fault = misfit(resource.service, _as_pattern(resource))
    return f"`{text}` is not a resource that CAM asks about: {fault.reason}" if fault else ""


def _as_pattern(resource: Resource) -> ResourcePattern:
    return ResourcePattern(
        is_any=False,
        service=Pattern((resource.service,)),
        region=Pattern((resource.region,)),
        account=resource.account,
        tail=Template((resource.tail,)),
        text=shown(resource.text),
    )
