"""All accounts at one revision; consecutive snapshots share unchanged accounts."""

from dataclasses import dataclass
from functools import partial
from weakref import ref

from authz.accounts.model import Account, Policy, Role, User
from authz.engine.budget import UNMETERED, Meter, PlanBudget
from authz.engine.plan import ActionPlan, PrincipalPlan, plan_role, plan_root, plan_user
from authz.engine.rules import Attachment, Rules
from authz.engine.scope import Owner
from authz.engine.sharded_map import ShardedMap
from authz.language.action import Action
from authz.language.principal import Principal, PrincipalKind


class Lease:
    """The validity of an answer: it ends when the account state that it was computed from is replaced.

    A cached answer refers to the lease, not to the state, so that a replaced account is freed at once.
    """

    __slots__ = ("live",)

    def __init__(self) -> None:
        self.live = True


class AccountState:
    """One version of one account, with the plans of its principals, each compiled on first use.

    Without a `budget`, all plans are kept. A plan depends only on the account's numbers and on its principal, which
    refers to its policies; so plans of principals that are the same objects in the version `before` are shared with it.
    """

    __slots__ = ("_budget", "_plans", "_table", "account", "lease", "owner")

    def __init__(
        self, account: Account, budget: PlanBudget | None = None, before: "AccountState | None" = None
    ) -> None:
        self.account = account
        self.owner = Owner(account.uin, account.app_id)
        self.lease = Lease()
        self._budget = budget
        self._plans: dict[str, PrincipalPlan] = {}  # by Principal.key
        self._table = _PlanTable()
        if before is not None and before.owner == self.owner:
            self._table = before._table  # noqa: SLF001 - same class
            known = tuple(before._plans.items())  # noqa: SLF001 - as above; other threads may add plans
            self._plans = {key: plan for key, plan in known if self._has(plan.subject)}
        self._table.plans = self._plans

    def _has(self, subject: User | Role | None) -> bool:
        """Whether the principal of a plan is the same object in this account; true for the root account."""
        if isinstance(subject, User):
            return self.account.users.get(subject.uin) is subject
        return subject is None or self.account.roles.get(subject.name) is subject

    def parts(self) -> list[object]:
        """The large parts of the state, so that they can be released gradually when the state is replaced."""
        account = self.account
        return [*self._plans.values(), *account.users.values(), *account.roles.values(), *account.policies.values()]

    def knows(self, principal: Principal) -> bool:
        """Whether the user or role exists; the root account always does."""
        if principal.kind is PrincipalKind.ROOT:
            return True
        names = self.account.users if principal.kind is PrincipalKind.USER else self.account.roles
        return principal.name in names

    def find(self, principal: Principal) -> PrincipalPlan | None:
        """The plan of a principal of this account; None if there is no such user or role."""
        plan = self._plans.get(principal.key)
        return plan if plan is not None or not self.knows(principal) else self.plan(principal)

    def plan(self, principal: Principal) -> PrincipalPlan:
        """The plan of a known principal of this account; kept while the budget allows."""
        plan = self._plans.get(principal.key)
        return self._compile(principal) if plan is None else plan

    def _compile(self, principal: Principal) -> PrincipalPlan:
        key = principal.key
        meter = UNMETERED if self._budget is None else self._budget.open(partial(_forget, ref(self._table), key))
        plan = self._plans.setdefault(key, self._made(principal, meter))
        if self._budget is not None and not plan.meter.is_open:
            self.forget(key)  # this plan alone exceeds the budget
        return plan

    def forget(self, key: str) -> None:
        """Release the plan of a principal, by its key; it is compiled again when needed."""
        self._plans.pop(key, None)

    def _made(self, principal: Principal, meter: Meter) -> PrincipalPlan:
        if principal.kind is PrincipalKind.ROOT:
            return plan_root(self.account, meter)
        if principal.kind is PrincipalKind.USER:
            return plan_user(self.account, self.account.users[principal.name], meter)
        return plan_role(self.account, self.account.roles[principal.name], meter)

    def trust(self, role: str) -> Rules:
        """The rules of a known role's trust policy; bound for each request, since few assume a role."""
        policy = Policy(role, self.account.roles[role].trust)
        return Rules([Attachment(policy, f"trust/role/{role}")], self.owner, [{}])


class _PlanTable:
    """The plans of the newest version of an account; all versions share the table, to release plans."""

    __slots__ = ("__weakref__", "plans")

    def __init__(self) -> None:
        self.plans: dict[str, PrincipalPlan] = {}


def _forget(table: "ref[_PlanTable]", key: str) -> None:
    alive = table()
    if alive is not None:
        alive.plans.pop(key, None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The accounts in force at `revision`; `unknown_accounts` is the lease of answers about unknown accounts."""

    revision: int
    states: ShardedMap[AccountState]
    unknown_accounts: Lease

    def resolve(self, principal: Principal, action: Action) -> ActionPlan | None:
        """The plan for an action of a principal; None if the principal does not exist."""
        state = self.states.find(principal.account)
        if state is None:
            return None
        plan = state.find(principal)
        return None if plan is None else plan.for_action(action)

    def lease(self, account: str) -> Lease:
        """The lease of an answer about a principal of `account`."""
        state = self.states.find(account)
        return self.unknown_accounts if state is None else state.lease
