"""The decision: a pure function of snapshot and request."""

from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.language.principal import PrincipalKind


def evaluate(snapshot: Snapshot, request: Request) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605).

    Denied unless the caller exists, the resource is of the caller's own root account (IM and SMS know no cross-account
    grants, cam-language 5.3), and the caller is root or has an allow that no deny overrides.
    """
    principal = request.principal
    state = snapshot.states.get(principal.account)
    if state is None or not state.knows(principal):
        return UNKNOWN_PRINCIPAL
    if not state.owner.owns(request.resource.account):
        return CROSS_ACCOUNT
    if principal.kind is PrincipalKind.ROOT:
        return ROOT_ACCOUNT
    return state.plan(principal).for_action(request.action).decide(request.resource)
