"""The order of a decision: who and what settles it, up to where conditions or trust policies have their say."""

from dataclasses import dataclass
from typing import Protocol

from authz.engine.decision import CROSS_ACCOUNT, ROOT_ACCOUNT, UNKNOWN_PRINCIPAL, Decision
from authz.engine.facts import Facts
from authz.engine.plan import ActionPlan
from authz.language.resource import Resource


class Shortcut(Protocol):
    """Decides about the resources of one place by their tails alone, whatever the circumstances."""

    def decide(self, tail: str, facts: Facts) -> Decision:
        """Decide; nothing is read of `facts`."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Settled:
    """The same decision about all of them."""

    decision: Decision

    def decide(self, tail: str, facts: Facts) -> Decision:  # noqa: ARG002 - as Shortcut has it
        return self.decision


_UNKNOWN, _FOREIGN, _ROOT = map(_Settled, (UNKNOWN_PRINCIPAL, CROSS_ACCOUNT, ROOT_ACCOUNT))


def shortcut(plan: ActionPlan | None, resource: Resource) -> Shortcut | None:
    """What decides about `resource` and all that differ from it in their tails alone; CAM's order (598/10605).

    Denied unless the caller exists (`plan` is None if not), the resource is of the caller's own root account (IM and
    SMS know no cross-account grants, cam-language 5.3), and the caller is root or has an allow that no deny overrides.
    None where the circumstances count: statements with conditions, and the assumption of roles, which may be of another
    account: their trust policies say who may assume them.
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
