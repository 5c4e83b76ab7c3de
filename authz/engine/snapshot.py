"""All accounts as they stand at one revision; unchanged accounts are shared with the snapshot before."""

from dataclasses import dataclass

from authz.accounts.model import Account, Policy
from authz.engine.parted import PartedMap
from authz.engine.plan import PrincipalPlan, plan_role, plan_root, plan_user
from authz.engine.rules import Attachment, Owner, Rules
from authz.language.principal import Principal, PrincipalKind


class Lease:
    """How long an answer holds: until the account state that it was computed from is replaced.

    A cached answer keeps the lease, not the state, so that a replaced account is freed at once.
    """

    __slots__ = ("live",)

    def __init__(self) -> None:
        self.live = True


class AccountState:
    """One version of one account with the plans of its principals, each compiled when it is first asked about."""

    __slots__ = ("_plans", "_trusts", "account", "lease", "owner")

    def __init__(self, account: Account) -> None:
        self.account = account
        self.owner = Owner(account.uin, account.app_id)
        self.lease = Lease()
        self._plans: dict[str, PrincipalPlan] = {}  # by Principal.key
        self._trusts: dict[str, Rules] = {}

    def parts(self) -> list[object]:
        """Everything large that it holds, so that it can be let go bit by bit when it is replaced."""
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
        """The plan of a known principal of this account; their number stays bounded by that of the identities."""
        plan = self._plans.get(principal.key)
        if plan is None:
            plan = self._plans[principal.key] = self._compile(principal)
        return plan

    def _compile(self, principal: Principal) -> PrincipalPlan:
        if principal.kind is PrincipalKind.ROOT:
            return plan_root(self.account)
        if principal.kind is PrincipalKind.USER:
            return plan_user(self.account, self.account.users[principal.name])
        return plan_role(self.account, self.account.roles[principal.name])

    def trust(self, role: str) -> Rules:
        """The rules of a known role's trust policy."""
        rules = self._trusts.get(role)
        if rules is None:
            policy = Policy(role, self.account.roles[role].trust)
            rules = self._trusts[role] = Rules([Attachment(policy, f"trust/role/{role}")], self.owner, [{}])
        return rules


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is in force at `revision`. `strangers` is the lease of answers about accounts that do not exist."""

    revision: int
    states: PartedMap[AccountState]
    strangers: Lease

    def lease(self, account: str) -> Lease:
        """The lease of an answer about a principal of `account`."""
        state = self.states.find(account)
        return self.strangers if state is None else state.lease
