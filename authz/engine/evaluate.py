"""The decision: a pure function of snapshot and request."""

from authz.engine.assume import decide_assumption, is_assumption
from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.facts import Facts
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.language.principal import PrincipalKind

_ROOT = PrincipalKind.ROOT  # reading a member of an Enum costs more than reading a global


def evaluate(snapshot: Snapshot, request: Request) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605).

    Denied unless the caller exists, the resource is of the caller's own root account (IM and SMS know no cross-account
    grants, cam-language 5.3), and the caller is root or has an allow that no deny overrides. Roles may be of another
    account: their trust policies say who may assume them.
    """
    principal = request.principal
    state = snapshot.states.get(principal.account)
    plan = None if state is None else state.find(principal)
    if state is None or plan is None:
        return UNKNOWN_PRINCIPAL
    facts = Facts(request.context, plan.identity, request.time)
    if is_assumption(request.action):
        decision = decide_assumption(snapshot, state, request, facts)
    elif not state.owner.owns(request.resource.account):
        return CROSS_ACCOUNT
    elif principal.kind is _ROOT:
        return ROOT_ACCOUNT
    else:
        decision = plan.for_action(request.action).decide(request.resource, facts)
    if facts.window is None:
        return decision
    return Decision(decision.allowed, decision.reason, decision.statement, facts.window)
