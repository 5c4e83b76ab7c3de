"""Which part of a request's context can change its decision."""

from authz.context import key_family
from authz.engine.plan import ActionPlan
from authz.engine.request import Context

RelevantContext = tuple[tuple[str, tuple[str, ...]], ...]
"""Keys and values as the caller gave them, in the order of the keys."""


def relevant_context(plan: ActionPlan | None, context: Context) -> RelevantContext:
    """What the statements of a plan can read of a request's context; without a plan there are none.

    Requests that differ in the rest alone are decided alike (as long as the snapshot stands), and are denied in the
    same words.
    """
    if plan is None:
        return ()
    if plan.is_assumption:  # the trust policies of other accounts may read all of it
        return tuple(sorted(context.items()))
    families = plan.families_read
    if not families:
        return ()
    # A family is named by itself, so what is in it by its own name need not be taken apart.
    return tuple(sorted(item for item in context.items() if item[0] in families or key_family(item[0]) in families))
