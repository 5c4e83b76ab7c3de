"""All accounts as they stand at one revision; unchanged accounts are shared with the snapshot before."""

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
    """How long an answer holds: until the account state that it was computed from is replaced.

    A cached answer keeps the lease, not the state, so that a replaced account is freed at once.
    """

    __slots__ = ("live",)

    def __init__(self) -> None:
        self.live = True


class AccountState:
    """One version of one account with the plans of its principals, each compiled when it is first asked about.

    Without a `budget` they are all kept. A plan is made of the account's numbers and of its principal, who holds all
    his policies; so those of principals that are the same objects in the version `before` are taken from there.
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
            self._table = before._table  # noqa: SLF001 - of this class too
            known = tuple(before._plans.items())  # noqa: SLF001 - as above; others may be adding some
            self._plans = {key: plan for key, plan in known if self._has(plan.subject)}
        self._table.plans = self._plans

    def _has(self, subject: User | Role | None) -> bool:
        """Whether a plan's principal is one of this account's, and the same object; the root account is."""
        if isinstance(subject, User):
            return self.account.users.get(subject.uin) is subject
        return subject is None or self.account.roles.get(subject.name) is subject

    def parts(self) -> list[object]:
        """Everything large that it holds, so that it can be let go bit by bit when it is taken away."""
        account = self.account
        return [*self._plans.values(), *account.users.values(), *account.roles.values(), *account.policies.values()]

    def knows(self, principal: Principal) -> bool:
        """Whether such a user or role exists; the root account does."""
        if principal.kind is PrincipalKind.ROOT:
            return True
        names = self.account.users if principal.kind is PrincipalKind.USER else self.account.roles
        return principal.name in names

    def find(self, principal: Principal) -> PrincipalPlan | None:
        """The plan of a principal of this account; None where there is no such user or role."""
        plan = self._plans.get(principal.key)
        return plan if plan is not None or not self.knows(principal) else self.plan(principal)

    def plan(self, principal: Principal) -> PrincipalPlan:
        """The plan of a known principal of this account; kept as long as it is used or the budget has room for it."""
        plan = self._plans.get(principal.key)
        return self._compile(principal) if plan is None else plan

    def _compile(self, principal: Principal) -> PrincipalPlan:
        key = principal.key
        meter = UNMETERED if self._budget is None else self._budget.open(partial(_forget, ref(self._table), key))
        plan = self._plans.setdefault(key, self._made(principal, meter))
        if self._budget is not None and not plan.meter.is_open:
            self.forget(key)  # it alone is more than there is room for
        return plan

    def forget(self, key: str) -> None:
        """Let go of the plan of a principal, by its key; it is made anew when it is needed again."""
        self._plans.pop(key, None)

    def _made(self, principal: Principal, meter: Meter) -> PrincipalPlan:
        if principal.kind is PrincipalKind.ROOT:
            return plan_root(self.account, meter)
        if principal.kind is PrincipalKind.USER:
            return plan_user(self.account, self.account.users[principal.name], meter)
        return plan_role(self.account, self.account.roles[principal.name], meter)

    def trust(self, role: str) -> Rules:
        """The rules of a known role's trust policy; made for each question, since few are for assuming a role."""
        policy = Policy(role, self.account.roles[role].trust)
        return Rules([Attachment(policy, f"trust/role/{role}")], self.owner, [{}])


class _PlanTable:
    """The plans of the newest version of an account, which all its versions know, to let go of one of them."""

    __slots__ = ("__weakref__", "plans")

    def __init__(self) -> None:
        self.plans: dict[str, PrincipalPlan] = {}


def _forget(table: "ref[_PlanTable]", key: str) -> None:
    alive = table()
    if alive is not None:
        alive.plans.pop(key, None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is in force at `revision`. `unknown_accounts` is the lease of answers about accounts that do not exist."""

    revision: int
    states: ShardedMap[AccountState]
    unknown_accounts: Lease

    def resolve(self, principal: Principal, action: Action) -> ActionPlan | None:
        """All that decides about an action of a principal; None for a principal that does not exist."""
        state = self.states.find(principal.account)
        if state is None:
            return None
        plan = state.find(principal)
        return None if plan is None else plan.for_action(action)

    def lease(self, account: str) -> Lease:
        """The lease of an answer about a principal of `account`."""
        state = self.states.find(account)
        return self.unknown_accounts if state is None else state.lease
