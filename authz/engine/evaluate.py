"""The decision: a pure function of snapshot and request."""

from authz.engine.assume import decide_assumption, is_assumption
from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.facts import NO_FACTS, Facts
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.engine.snapshot import AccountState, Snapshot
from authz.language.action import Action
from authz.language.principal import Principal, PrincipalKind

_ROOT = PrincipalKind.ROOT  # reading a member of an Enum costs more than reading a global


def evaluate(snapshot: Snapshot, request: Request, keys_read: set[str] | None = None) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605).

    Denied unless the caller exists, the resource is of the caller's own root account (IM and SMS know no cross-account
    grants, cam-language 5.3), and the caller is root or has an allow that no deny overrides. Roles may be of another
    account: their trust policies say who may assume them.

    To `keys_read`, where it is given, the keys of the context are added whose values were read.
    """
    principal = request.principal
    state = snapshot.states.find(principal.account)
    plan = None if state is None else state.find(principal)
    if state is None or plan is None:
        return UNKNOWN_PRINCIPAL
    if is_assumption(request.action):
        facts = Facts(request.context, plan.identity, request.time)
        return _told(decide_assumption(snapshot, state, request, facts), facts, keys_read)
    if not state.owner.owns(request.resource.account):
        return CROSS_ACCOUNT
    if principal.kind is _ROOT:
        return ROOT_ACCOUNT
    statements = plan.for_action(request.action)
    if not statements.families_read:
        return statements.decide(request.resource, NO_FACTS)
    facts = Facts(request.context, plan.identity, request.time)
    return _told(statements.decide(request.resource, facts), facts, keys_read)


def plain_plan(state: AccountState, principal: Principal, action: Action) -> ActionPlan | None:
    """The statements that alone decide, once it is known that a resource is of the own account.

    None where something else has a say: conditions, trust policies, being root or not being known.
    """
    plan = state.find(principal)
    if plan is None or principal.kind is _ROOT or is_assumption(action):
        return None
    statements = plan.for_action(action)
    return None if statements.families_read else statements


def _told(decision: Decision, facts: Facts, keys_read: set[str] | None) -> Decision:
    """The decision, for as long as what was read of the clock stays so, and what else was read."""
    if keys_read is not None:
        keys_read |= facts.keys_read
    if facts.window is None:
        return decision
    return Decision(decision.allowed, decision.reason, decision.statement, facts.window)
