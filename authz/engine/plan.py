"""The compiled policies of one principal: made on first use and kept until its account changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import getsizeof

from authz.accounts.model import Account, Policy, Role, User
from authz.catalog.catalog import load_catalog
from authz.context import key_family
from authz.engine.budget import UNMETERED, Meter, Part
from authz.engine.conditions import Bindings
from authz.engine.decision import NO_MATCHING_ALLOW, OUTSIDE_BOUNDARY, Decision
from authz.engine.facts import Facts
from authz.engine.index import TailIndex
from authz.engine.rules import Attachment, Rule, Rules
from authz.engine.scope import Owner
from authz.language.action import Action
from authz.language.condition import OWNER_UIN, UIN
from authz.language.document import Effect
from authz.language.resource import NO_RESOURCE, AccountSegment, Resource
from authz.language.variables import Variable

# Callers choose names, so what is kept of them is bounded.
_MEMO_LIMIT = 1024  # actions of one principal
_PLACES_LIMIT = 64  # services and regions of one action
_HINTS_LIMIT = 16  # condition lists of one action's denials
_KEPT = 256  # characters of a name that is kept
# Upper estimates of memory, in bytes.
_PLAN, _BINDING = 2000, 500  # a principal's plan, and each set of values of its variables
_NAME, _ACTION, _COVERED = 60, 1500, 100  # an action's name, its plan, and each statement in the plan
_PLACED, _HINTS = 300, 300  # a placed plan, and a condition list of denials
Identity = Mapping[str, tuple[str, ...]]
_PlaceKey = tuple[str, str] | None
_Covered = tuple[tuple[bool, bool], tuple[int, ...], tuple[int, ...], tuple[int, ...] | None]
_ASSUME_ROLE = "sts:assumerole"


def is_assumption(action: Action) -> bool:
    """Whether the action assumes a role."""
    return action.key == _ASSUME_ROLE


def is_operation_level(action: Action) -> bool:
    """Whether CAM checks this API on `*` only; an API that the catalog lacks counts as resource-level."""
    known = load_catalog().find(action.service, action.name)
    return known is not None and not known.resource_level


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose statements a plan holds: `identity` has the condition keys that the engine sets for the principal."""

    owner: Owner
    identity: Identity
    is_root: bool


@dataclass(frozen=True, slots=True, weakref_slot=True)
class PlacedPlan:
    """A principal's statements for one action on the resources of one service, region and account.

    `denies` and `allows` are None if there are no such statements, `bounds` if no boundary is set.
    """

    denies: TailIndex | None
    allows: TailIndex | None
    bounds: TailIndex | None

    @property
    def size(self) -> int:
        """Bytes that it takes; an upper estimate."""
        return _PLACED + sum(index.size for index in (self.denies, self.allows, self.bounds) if index is not None)

    def decide(self, tail: str, facts: Facts) -> Decision:
        """Decide on the resource with this tail: a deny wins, then an allow within the boundary (598/10605)."""
        if self.denies is not None:
            denied = self.denies.find(tail, facts)
            if denied is not None:
                return denied.decision
        allowed = None if self.allows is None else self.allows.find(tail, facts)
        if allowed is None:
            return NO_MATCHING_ALLOW
        if self.bounds is not None and self.bounds.find(tail, facts) is None:
            return OUTSIDE_BOUNDARY
        return allowed.decision


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ActionPlan:
    """A principal's statements for one action: looked up once for a request, then passed on.

    `bounds` are the allows of the principal's boundary, None if no boundary is set.

    `conditional_allows` are the allows with conditions, from which denials list what was not met. `families_read` are
    the families (see key_family) of all condition keys: a decision reads no others. `part` counts the memory.
    """

    holder: Holder
    is_assumption: bool
    is_operation_level: bool
    denies: tuple[Rule, ...]
    allows: tuple[Rule, ...]
    bounds: tuple[Rule, ...] | None
    conditional_allows: tuple[Rule, ...]
    families_read: frozenset[str]
    part: Part = field(repr=False, compare=False)
    _placed: dict[_PlaceKey, PlacedPlan] = field(default_factory=dict, init=False, repr=False, compare=False)
    _hints: dict[tuple[int, ...], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def covered(self) -> _Covered:
        """What it is made of: plans for which this is equal give equal decisions."""
        bounds = None if self.bounds is None else _orders(self.bounds)
        kind = self.is_assumption, self.is_operation_level
        return kind, _orders(self.denies), _orders(self.allows), bounds

    @property
    def size(self) -> int:
        """Bytes that it takes when it is new; an upper estimate."""
        rules = len(self.denies) + len(self.allows) + len(self.bounds or ())
        return _ACTION + _COVERED * rules

    def at(self, resource: Resource) -> PlacedPlan:
        """The plan for resources of the principal's account that differ from this one only in the tail; made once.

        CAM checks an operation-level API on `*`, whatever resource the caller names (cam-language 6).
        """
        is_placed = not self.is_operation_level and resource.text != "*"
        key = (resource.service, resource.region) if is_placed else None
        return self._placed.get(key) or self._place(key, resource if is_placed else NO_RESOURCE)

    def abroad(self, resource: Resource) -> PlacedPlan:
        """The plan for a resource of another account; made for each request, since few requests assume such a role."""
        return self._indexed(resource, resource.account)

    def missed(self, resource: Resource) -> tuple[Rule, ...]:
        """The allows that cover the resource except for their conditions."""
        if not self.conditional_allows or not self.holder.owner.owns(resource.account):
            return ()
        checked = NO_RESOURCE if self.is_operation_level else resource
        return tuple(rule for rule in self.conditional_allows if rule.covers_resource(checked, self.holder.owner))

    def hints(self, missed: Sequence[Rule]) -> bytes | None:
        """The condition list of denials that missed these allows, if one is kept, so that denials share it."""
        return self._hints.get(_orders(missed))

    def keep_hints(self, missed: Sequence[Rule], hints: bytes) -> bytes:
        """Keep and return the condition list of denials that missed these allows."""
        key = _orders(missed)
        if len(self._hints) >= _HINTS_LIMIT:
            self._hints.clear()  # still counted, until the plans of all actions are dropped
        self._hints[key] = hints
        self.part.add(_HINTS + len(hints) + _COVERED * len(key))
        return hints

    def _place(self, key: _PlaceKey, resource: Resource) -> PlacedPlan:
        placed = self._indexed(resource)
        if len(resource.service) + len(resource.region) <= _KEPT:
            if len(self._placed) >= _PLACES_LIMIT:
                self.part.add(-sum(each.size for each in self._placed.values()))
                self._placed.clear()
            self._placed[key] = placed
            self.part.add(placed.size)
        return placed

    def _indexed(self, place: Resource, account: AccountSegment | None = None) -> PlacedPlan:
        return PlacedPlan(
            denies=TailIndex(self.denies, place, account) if self.denies else None,
            allows=TailIndex(self.allows, place, account) if self.allows else None,
            bounds=None if self.bounds is None else TailIndex(self.bounds, place, account),
        )


def _orders(rules: Iterable[Rule]) -> tuple[int, ...]:
    return tuple(rule.order for rule in rules)


class PrincipalPlan:
    """A principal's rules, and an ActionPlan for every action that was requested.

    `boundary` is None if no boundary is set. `subject` is the user or role that it was compiled from, None for a root
    account.
    """

    __slots__ = ("_actions", "_distinct", "_part", "boundary", "holder", "meter", "rules", "subject")

    def __init__(
        self,
        holder: Holder,
        rules: Rules,
        boundary: Rules | None,
        meter: Meter = UNMETERED,
        subject: User | Role | None = None,
    ) -> None:
        self.holder = holder
        self.rules = rules
        self.subject = subject
        self.boundary = boundary
        self.meter = meter
        self._part = Part(meter)
        self._actions: dict[str, ActionPlan] = {}  # by Action.key
        self._distinct: dict[_Covered, ActionPlan] = {}

    def __del__(self) -> None:
        self.meter.close()

    @property
    def identity(self) -> Identity:
        """The condition keys that the engine sets for the principal."""
        return self.holder.identity

    def for_action(self, action: Action) -> ActionPlan:
        """The plan of `action`, made once; actions that the same statements cover share a plan and its indexes."""
        plan = self._actions.get(action.key)
        if plan is None:
            return self._learn(action)
        self.meter.is_used = True
        return plan

    def _learn(self, action: Action) -> ActionPlan:
        if len(self._actions) >= _MEMO_LIMIT:
            self._actions, self._distinct = {}, {}
            self._part.release()
            self._part = Part(self.meter)
        made = self._plan(action)
        if len(action.key) > _KEPT:
            return made
        plan = self._distinct.setdefault(made.covered, made)
        if plan is made:
            self._part.add(made.size)
        self._actions[action.key] = plan
        self._part.add(_NAME + getsizeof(action.key))
        return plan

    def _plan(self, action: Action) -> ActionPlan:
        rules = self.rules.covering(action)
        bounding = [] if self.boundary is None else self.boundary.covering(action)
        # A deny in the boundary denies like every other deny (cam-language 5.3, layer 2).
        denies = _with_effect([*rules, *bounding], Effect.DENY)
        allows = _with_effect(rules, Effect.ALLOW)
        bounds = _with_effect(bounding, Effect.ALLOW)
        keys = {condition.key for rule in (*denies, *allows, *bounds) for condition in rule.conditions}
        return ActionPlan(
            holder=self.holder,
            is_assumption=is_assumption(action),
            is_operation_level=is_operation_level(action),
            denies=denies,
            allows=allows,
            bounds=None if self.boundary is None else bounds,
            conditional_allows=tuple(rule for rule in allows if rule.conditions),
            families_read=frozenset(map(key_family, keys)),
            part=self._part,
        )


def _with_effect(rules: Iterable[Rule], effect: Effect) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.effect is effect and rule.scopes)


def plan_user(account: Account, user: User, meter: Meter = UNMETERED) -> PrincipalPlan:
    """The plan of a user: its own policies and those of its groups together (cam-language 5.1)."""
    attachments = [Attachment(policy, f"user/{user.uin}") for policy in user.policies]
    for group in user.groups:
        attachments += [Attachment(policy, f"group/{group.name}") for policy in group.policies]
    bound = _Bound(account, user.tags, user.uin, meter)
    return bound.plan(attachments, user.boundary, f"boundary/user/{user.uin}", user)


def plan_role(account: Account, role: Role, meter: Meter = UNMETERED) -> PrincipalPlan:
    """The plan of a role: its own policies, not those of the caller that assumed it (cam-language 5.1)."""
    attachments = [Attachment(policy, f"role/{role.name}") for policy in role.policies]
    bound = _Bound(account, role.tags, "", meter)
    return bound.plan(attachments, role.boundary, f"boundary/role/{role.name}", role)


def plan_root(account: Account, meter: Meter = UNMETERED) -> PrincipalPlan:
    """The plan of a root account, to which nothing is attached: it only identifies the account."""
    return _Bound(account, (), account.uin, meter).plan([], None, "")


class _Bound:
    """The values of a principal's variables and identity keys; `uin` is empty for a role session, which has none."""

    def __init__(self, account: Account, tags: tuple[tuple[str, str], ...], uin: str, meter: Meter) -> None:
        self._owner = Owner(account.uin, account.app_id)
        self._identity: Identity = {OWNER_UIN: (account.uin,), UIN: (uin,) if uin else ()}
        known = {Variable.UIN: uin, Variable.OWNER_UIN: account.uin, Variable.APP_ID: account.app_id}
        values = {variable: value for variable, value in known.items() if value}
        self._bindings: Bindings = [
            {**values, Variable.PRINCIPAL_TAG_KEY: key, Variable.PRINCIPAL_TAG_VALUE: value} for key, value in tags
        ] or [values]
        self._meter = meter
        meter.add(_PLAN + _BINDING * len(self._bindings))

    def plan(
        self,
        attachments: list[Attachment],
        boundary: Policy | None,
        boundary_name: str,
        subject: User | Role | None = None,
    ) -> PrincipalPlan:
        rules = Rules(attachments, self._owner, self._bindings, meter=self._meter)
        bounds = None
        if boundary is not None:
            attached = [Attachment(boundary, boundary_name)]
            bounds = Rules(attached, self._owner, self._bindings, len(rules), self._meter)
        holder = Holder(self._owner, self._identity, subject is None)
        return PrincipalPlan(holder, rules, bounds, self._meter, subject)
