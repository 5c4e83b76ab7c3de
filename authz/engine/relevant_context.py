"""Which part of a request's context can change its decision."""

from authz.context import key_family
from authz.engine.assume import is_assumption
from authz.engine.request import Request
from authz.engine.snapshot import Snapshot

RelevantContext = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys and values as the caller gave them, in the order of the keys."""


def relevant_context(snapshot: Snapshot, request: Request) -> RelevantContext:
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
    families = principal_plan.for_action(request.action).families_read
    if not families:
        return ()
    # A family is named by itself, so what is in it by its own name need not be taken apart.
    return tuple(
        sorted(item for item in request.context.items() if item[0] in families or key_family(item[0]) in families)
    )
