"""The order of a decision: which check decides first, up to the point where conditions or trust policies matter."""

from dataclasses import dataclass
from typing import Protocol

from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.facts import Facts
from authz.engine.plan import ActionPlan
from authz.language.resource import Resource


class Shortcut(Protocol):
    """Decides on the resources of one service, region and account by their tails alone, in every circumstance."""

    def decide(self, tail: str, facts: Facts) -> Decision:
        """Decide on the resource with this tail; `facts` is not read."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Constant:
    """One decision on all resources."""

    decision: Decision

    def decide(self, tail: str, facts: Facts) -> Decision:  # noqa: ARG002 - as Shortcut has it
        return self.decision


_UNKNOWN, _FOREIGN, _ROOT = map(_Constant, (UNKNOWN_PRINCIPAL, CROSS_ACCOUNT, ROOT_ACCOUNT))


def shortcut(plan: ActionPlan | None, resource: Resource) -> Shortcut | None:
    """What decides on `resource` and on every resource that differs from it only in the tail.

    CAM's order (598/10605). A request is denied unless the caller exists (otherwise `plan` is None), the resource
    belongs to the caller's root account (IM and SMS have no cross-account grants, cam-language 5.3), and the caller is
    the root account or has an allow that no deny overrides.

    Returns:
        None if more than the tail matters: for statements with conditions, and for the assumption of a role, which the
        role's trust policy decides, even in another account.
    """
    if plan is None:
        return _UNKNOWN
    if plan.is_assumption:
        return None
    holder = plan.holder
    if not holder.owner.owns(resource.account):
        return _FOREIGN
    if holder.is_root:
        return _ROOT
    return None if plan.families_read else plan.at(resource)
