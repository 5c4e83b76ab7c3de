"""All that decides for one principal, compiled on first use and kept while its account stays as it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from authz.accounts.model import Account, Policy, Role, User
from authz.catalog.catalog import load_catalog
from authz.engine.decision import NO_MATCHING_ALLOW, OUTSIDE_BOUNDARY, Decision
from authz.engine.rules import Attachment, Owner, ResourceIndex, Rule, bind
from authz.language.action import Action
from authz.language.document import Effect
from authz.language.resource import NO_RESOURCE, Resource
from authz.language.variables import Variable

_MEMO_LIMIT = 4096  # actions of one principal; callers choose the names, so the memo must not grow for ever


def is_operation_level(action: Action) -> bool:
    """Whether CAM is asked about `*` for this API; one that the catalog lacks counts as resource-level."""
    known = load_catalog().find(action.service, action.name)
    return known is not None and not known.resource_level


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """A principal's statements for one action. `boundary` is None where no boundary is set."""

    is_operation_level: bool
    denies: ResourceIndex
    allows: ResourceIndex
    boundary: ResourceIndex | None

    def decide(self, resource: Resource) -> Decision:
        """Deny wins, then an allow within the boundary, else denial (598/10605).

        For an operation-level API CAM is asked about `*`, whatever resource the caller has in mind (cam-language 6).
        """
        if self.is_operation_level:
            resource = NO_RESOURCE
        denied = self.denies.find(resource)
        if denied is not None:
            return denied
        allowed = self.allows.find(resource)
        if allowed is None:
            return NO_MATCHING_ALLOW
        if self.boundary is not None and self.boundary.find(resource) is None:
            return OUTSIDE_BOUNDARY
        return allowed


class PrincipalPlan:
    """A principal's rules, and an ActionPlan for every action that was asked of it."""

    __slots__ = ("_actions", "_boundary", "_rules")

    def __init__(self, rules: tuple[Rule, ...], boundary: tuple[Rule, ...] | None) -> None:
        self._rules = rules
        self._boundary = boundary
        self._actions: dict[tuple[str, str], ActionPlan] = {}

    def for_action(self, action: Action) -> ActionPlan:
        """The plan of `action`, made once."""
        key = (action.service, action.folded)
        plan = self._actions.get(key)
        if plan is None:
            if len(self._actions) >= _MEMO_LIMIT:
                self._actions = {}
            plan = self._actions[key] = self._plan(action)
        return plan

    def _plan(self, action: Action) -> ActionPlan:
        boundary = self._boundary
        # A deny inside the boundary denies like any other (cam-language 5.3, layer 2).
        denies = [*_covering(self._rules, action, Effect.DENY), *_covering(boundary or (), action, Effect.DENY)]
        return ActionPlan(
            is_operation_level=is_operation_level(action),
            denies=ResourceIndex(denies),
            allows=ResourceIndex(_covering(self._rules, action, Effect.ALLOW)),
            boundary=None if boundary is None else ResourceIndex(_covering(boundary, action, Effect.ALLOW)),
        )


def _covering(rules: Iterable[Rule], action: Action, effect: Effect) -> list[Rule]:
    return [rule for rule in rules if rule.effect is effect and rule.covers(action)]


def plan_user(account: Account, user: User) -> PrincipalPlan:
    """A user's own policies, then those of its groups: their union decides (cam-language 5.1)."""
    attachments = [Attachment(policy, f"user/{user.uin}") for policy in user.policies]
    for group in user.groups:
        attachments += [Attachment(policy, f"group/{group.name}") for policy in group.policies]
    return _plan(account, attachments, user.boundary, f"boundary/user/{user.uin}", {Variable.UIN: user.uin})


def plan_role(account: Account, role: Role) -> PrincipalPlan:
    """Only the role's policies, not those of whoever assumed it (cam-language 5.1)."""
    attachments = [Attachment(policy, f"role/{role.name}") for policy in role.policies]
    return _plan(account, attachments, role.boundary, f"boundary/role/{role.name}", {})


def _plan(
    account: Account,
    attachments: list[Attachment],
    boundary: Policy | None,
    boundary_name: str,
    values: dict[Variable, str],
) -> PrincipalPlan:
    owner = Owner(account.uin, account.app_id)
    values |= {Variable.OWNER_UIN: account.uin}
    if account.app_id:
        values |= {Variable.APP_ID: account.app_id}
    rules = bind(attachments, owner, values)
    bounds = None
    if boundary is not None:
        bounds = bind([Attachment(boundary, boundary_name)], owner, values, first=len(rules))
    return PrincipalPlan(rules, bounds)
