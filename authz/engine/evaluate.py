"""The decision: a pure function of snapshot and request."""

from authz.engine.assume import decide_assumption
from authz.engine.decision import Decision
from authz.engine.facts import NO_FACTS, Facts
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.engine.shortcut import shortcut
from authz.engine.snapshot import Snapshot


def evaluate(snapshot: Snapshot, request: Request, keys_read: set[str] | None = None) -> Decision:
    """Decide as CAM does (CAM evaluation logic, 598/10605; `shortcut` defines the order).

    If `keys_read` is given, the context keys whose values were read are added to it.
    """
    return decide(snapshot, snapshot.resolve(request.principal, request.action), request, keys_read)


def decide(
    snapshot: Snapshot, plan: ActionPlan | None, request: Request, keys_read: set[str] | None = None
) -> Decision:
    """Decide as `evaluate` does, with the plan that `snapshot` resolved for the request's principal and action."""
    resource = request.resource
    unconditional = shortcut(plan, resource)
    if unconditional is not None:
        return unconditional.decide(resource.tail, NO_FACTS)
    assert plan is not None  # noqa: S101 - `shortcut` decides for unknown principals
    facts = Facts(request.context, plan.holder.identity, request.time)
    if plan.is_assumption:
        decision = decide_assumption(snapshot, plan, request, facts)
    else:
        decision = plan.at(resource).decide(resource.tail, facts)
    if keys_read is not None:
        keys_read |= facts.keys_read
    if facts.window is None:
        return decision
    # The decision holds while every comparison with the clock keeps its result.
    return Decision(decision.allowed, decision.reason, decision.statement, facts.window)
