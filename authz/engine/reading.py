"""Which part of a request's context can change its decision."""

from authz.engine.assume import is_assumption
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot
from authz.language.condition import REQUEST_TAG, RESOURCE_TAG, canonical_key

Read = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys and values as the caller gave them, in the order of the keys."""

_TAG_KEYS = (RESOURCE_TAG, REQUEST_TAG)


def read_context(snapshot: Snapshot, request: Request) -> Read:
    """What the principal's statements for the action can read of the request's context.

    Requests that differ in the rest alone are decided alike (as long as the snapshot stands), and are denied in the
    same words.
    """
    if is_assumption(request.action):  # the trust policies of other accounts may read it too
        return tuple(sorted(request.context.items()))
    state = snapshot.states.find(request.principal.account)
    principal_plan = None if state is None else state.find(request.principal)
    if principal_plan is None:
        return ()
    plan = principal_plan.for_action(request.action)
    if not plan.keys_read:
        return ()
    return tuple(sorted(item for item in request.context.items() if _is_read(item[0], plan)))


def _is_read(given: str, plan: ActionPlan) -> bool:
    if given in plan.keys_read:
        return True
    # Tags stand in several forms (Facts), and a plan that reads one of a family may be told by any of it.
    family = canonical_key(given).partition("/")[0]
    return family in _TAG_KEYS and any(key.partition("/")[0] == family for key in plan.keys_read)
