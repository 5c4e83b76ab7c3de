"""The decision: a pure function of snapshot and request."""

from authz.engine.assume import decide_assumption
from authz.engine.decision import Decision
from authz.engine.facts import NO_FACTS, Facts
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.engine.shortcut import shortcut
from authz.engine.snapshot import Snapshot


def evaluate(snapshot: Snapshot, request: Request, keys_read: set[str] | None = None) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605; the order stands in `shortcut`).

    To `keys_read`, where it is given, the keys of the context are added whose values were read.
    """
    return decide(snapshot, snapshot.resolve(request.principal, request.action), request, keys_read)


def decide(
    snapshot: Snapshot, plan: ActionPlan | None, request: Request, keys_read: set[str] | None = None
) -> Decision:
    """The same with the plan that `snapshot` resolved for the principal and the action of the request."""
    resource = request.resource
    settled = shortcut(plan, resource)
    if settled is not None:
        return settled.decide(resource.tail, NO_FACTS)
    assert plan is not None  # noqa: S101 - that is settled
    facts = Facts(request.context, plan.holder.identity, request.time)
    if plan.is_assumption:
        decision = decide_assumption(snapshot, plan, request, facts)
    else:
        decision = plan.at(resource).decide(resource.tail, facts)
    if keys_read is not None:
        keys_read |= facts.keys_read
    if facts.window is None:
        return decision
    # It holds as long as what was read of the clock stays so.
    return Decision(decision.allowed, decision.reason, decision.statement, facts.window)
