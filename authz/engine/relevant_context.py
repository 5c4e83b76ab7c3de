"""Selects the part of a request's context that can change its decision."""

from authz.context import key_family
from authz.engine.plan import ActionPlan
from authz.engine.request import Context

RelevantContext = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys and values as the caller gave them, in the order of the keys."""


def relevant_context(plan: ActionPlan | None, context: Context) -> RelevantContext:
    """The part of a request's context that the statements of a plan can read; empty without a plan.

    Requests that differ only in the other keys get the same decision and the same denial message from one snapshot.
    """
    if plan is None:
        return ()
    if plan.is_assumption:  # the trust policies of other accounts may read all of it
        return tuple(sorted(context.items()))
    families = plan.families_read
    if not families:
        return ()
    # A family has the name of one of its keys, so such a key need not be parsed.
    return tuple(sorted(item for item in context.items() if item[0] in families or key_family(item[0]) in families))
