"""`sts:AssumeRole`: the role's trust policy must admit the caller, and the caller's own policies must allow it.

CAM roles, 598/19381 and 598/19419 (cam-language 5.3): a root account needs no grant of its own, but the trust policy
must admit it like every other caller.
"""

from collections.abc import Iterable

from authz.engine.decision import CROSS_ACCOUNT, NO_MATCHING_ALLOW, ROOT_ACCOUNT, Decision
from authz.engine.facts import Facts
from authz.engine.plan import ActionPlan
from authz.engine.request import Request
from authz.engine.rules import Rule
from authz.engine.snapshot import AccountState, Snapshot
from authz.language.document import Effect
from authz.language.principal import Principal, PrincipalKind, TrustedPrincipals
from authz.language.resource import AccountKind

_ROLE = "roleName/"


def decide_assumption(snapshot: Snapshot, plan: ActionPlan, request: Request, facts: Facts) -> Decision:
    """Decide an assumption: a deny on either side denies, and both sides must allow.

    `plan` is the caller's plan for `sts:AssumeRole`.
    """
    caller = snapshot.states[request.principal.account]
    owner = _owner(snapshot, caller, request)
    if owner is not caller:
        facts.hold(0, 0)  # never cached: it depends on two accounts, and a cache entry holds the lease of one
    name = _role_name(request)
    if owner is None or name not in owner.account.roles:
        return NO_MATCHING_ALLOW if owner is caller else CROSS_ACCOUNT
    trust = _trust_decision(owner, name, caller, request, facts)
    if trust is not None and not trust.allowed:
        return trust
    own = _own_decision(plan, request, facts)
    if trust is None and (own.allowed or own is NO_MATCHING_ALLOW):
        return NO_MATCHING_ALLOW if owner is caller else CROSS_ACCOUNT
    return own


def trust_rules(snapshot: Snapshot, caller: AccountState, request: Request) -> Iterable[Rule]:
    """The rules of the requested role's trust policy; none if the role does not exist."""
    owner, name = _owner(snapshot, caller, request), _role_name(request)
    return () if owner is None or name not in owner.account.roles else owner.trust(name)


def _role_name(request: Request) -> str:
    """The name of the requested role, `qcs::cam::uin/ROOT:roleName/NAME`; empty if the resource is not a role."""
    is_role = request.resource.service == "cam" and request.resource.tail.startswith(_ROLE)
    return request.resource.tail.removeprefix(_ROLE) if is_role else ""


def _owner(snapshot: Snapshot, caller: AccountState, request: Request) -> AccountState | None:
    account = request.resource.account
    if caller.owner.owns(account):
        return caller
    return snapshot.states.find(account.number) if account.kind is AccountKind.UIN else None


def _own_decision(plan: ActionPlan, request: Request, facts: Facts) -> Decision:
    """The decision of the caller's own policies on the role, which may be another account's."""
    if plan.holder.is_root:
        return ROOT_ACCOUNT
    resource = request.resource
    placed = plan.at(resource) if plan.holder.owner.owns(resource.account) else plan.abroad(resource)
    return placed.decide(resource.tail, facts)


def _trust_decision(
    owner: AccountState, role: str, caller: AccountState, request: Request, facts: Facts
) -> Decision | None:
    """The first deny of the trust policy that applies, else its first allow, else None."""
    found: Decision | None = None
    for rule in owner.trust(role):
        principals = rule.statement.principals or TrustedPrincipals()
        if not rule.covers_action(request.action) or not _admits(principals, request.principal, caller):
            continue
        if rule.applies(facts):
            if rule.effect is Effect.DENY:
                return rule.decision
            found = found or rule.decision
    return found


def _admits(trusted: TrustedPrincipals, principal: Principal, caller: AccountState) -> bool:
    return any(text in _names(principal, caller) for text in trusted.qcs)


def _names(principal: Principal, caller: AccountState) -> frozenset[str]:
    """Every `qcs` text with which a trust policy can name this principal (cam-language 1.4)."""
    numbers = [f"uin/{principal.account}"]
    if caller.account.app_id:
        numbers.append(f"uid/{caller.account.app_id}")
    names = {"*", "qcs::cam::anyone:anyone"}
    for number in numbers:
        account = f"qcs::cam::{number}"
        names.add(f"{account}:root")  # trusts the whole account, which grants sts:AssumeRole to its principals
        if principal.kind is PrincipalKind.ROLE:
            names.add(f"{account}:roleName/{principal.name}")
        else:
            names.add(f"{account}:uin/{principal.name}")
        if principal.kind is PrincipalKind.USER:
            groups = caller.account.users[principal.name].groups
            names.update(f"{account}:groupid/{group.name}" for group in groups)
    return frozenset(names)
