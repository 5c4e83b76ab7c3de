"""The decision: a pure function of snapshot and request."""

from dataclasses import replace

from authz.engine.assume import asks_to_assume, decide_assumption
from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.facts import Facts
from authz.engine.request import Request
from authz.engine.snapshot import AccountState, Snapshot
from authz.language.principal import PrincipalKind


def evaluate(snapshot: Snapshot, request: Request) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605).

    Denied unless the caller exists, the resource is of the caller's own root account (IM and SMS know no cross-account
    grants, cam-language 5.3), and the caller is root or has an allow that no deny overrides. Roles may be of another
    account: their trust policies say who may assume them.
    """
    state = snapshot.states.get(request.principal.account)
    if state is None or not state.knows(request.principal):
        return UNKNOWN_PRINCIPAL
    facts = Facts(request.context, state.plan(request.principal).identity, request.time)
    if asks_to_assume(request):
        decision = decide_assumption(snapshot, state, request, facts)
    else:
        decision = _decide(state, request, facts)
    return decision if facts.window is None else replace(decision, window=facts.window)


def _decide(state: AccountState, request: Request, facts: Facts) -> Decision:
    if not state.owner.owns(request.resource.account):
        return CROSS_ACCOUNT
    if request.principal.kind is PrincipalKind.ROOT:
        return ROOT_ACCOUNT
    return state.plan(request.principal).for_action(request.action).decide(request.resource, facts)
