"""Turns the rows of a root account into the account that the engine decides on, as a directory would give it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from authz.accounts.build import PolicyText, foreign_resources, same_policy
from authz.accounts.model import Account, Group, Policy, Role, User
from authz.accounts.parsed import ParsedPolicies
from authz.accounts.preset_details import preset_of_id
from authz.accounts.renew import shared
from authz.errors import InvalidAccountError, InvalidPolicyError, Problem
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.parse import parse_policy
from authz.store.account_rows import AccountRows
from authz.store.records import HolderKind, RoleRecord, UserRecord


def assemble(rows: AccountRows, known: ParsedPolicies | None = None, before: Account | None = None) -> Account:
    """The account of these rows; parts that are equal to those of `before` are the same objects.

    Documents in `known` are not parsed again.

    Raises:
        InvalidAccountError: with every problem, such as a document that does not parse; the file of a problem is
            `UIN/policyid/ID` or `UIN/roleid/ID`.
    """
    return shared(before, _Assembly(rows, known or ParsedPolicies(), before).account())


class _Assembly:
    """Resolves the ids of one account's rows."""

    def __init__(self, rows: AccountRows, known: ParsedPolicies, before: Account | None) -> None:
        self._rows = rows
        self._known = known
        self._before = before
        self._problems: list[Problem] = []
        self._policies: dict[int, Policy] = {}
        self._attached: dict[tuple[int, ...], tuple[Policy, ...]] = {}
        self._held: defaultdict[tuple[HolderKind, str], list[int]] = defaultdict(list)

    def account(self) -> Account:
        rows = self._rows
        self._policies = self._custom_policies()
        for attachment in rows.attachments:
            self._held[attachment.holder, attachment.holder_id].append(attachment.policy_id)
        groups = {each.id: Group(each.name, self._of(HolderKind.GROUP, str(each.id))) for each in rows.groups}
        joined: defaultdict[str, list[Group]] = defaultdict(list)
        for membership in rows.memberships:
            joined[membership.uin].append(groups[membership.group_id])
        account = Account(
            uin=rows.account.uin,
            app_id=rows.account.app_id,
            users={user.uin: self._user(user, joined.get(user.uin, ())) for user in rows.users},
            groups={group.name: group for group in groups.values()},
            roles={role.name: self._role(role) for role in rows.roles},
            policies={policy.name: policy for policy in self._policies.values()},
        )
        if self._problems:
            raise InvalidAccountError(self._problems)
        return account

    def _custom_policies(self) -> dict[int, Policy]:
        texts = {(each.policy_id, each.version): each.document for each in self._rows.versions}
        account, found = self._rows.account, {}
        for policy in self._rows.policies:
            file = f"{account.uin}/policyid/{policy.id}"
            text = texts.get((policy.id, policy.default_version))
            if text is None:
                message = f"policy `{policy.name}` has no version {policy.default_version}, which is its default one"
                self._problems.append(Problem("InvalidParameter.PolicyVersionNotExists", message, file=file, line=1))
                continue
            document = self._parsed(text, file)
            if document is not None:
                named = PolicyText(policy.name, file, text)
                self._problems += foreign_resources(named, document, account.uin, account.app_id)
                found[policy.id] = same_policy(self._before, policy.name, document)
        return found

    def _parsed(self, text: str, file: str) -> PolicyDocument | None:
        try:
            return self._known.parse(text, file)
        except InvalidPolicyError as error:
            self._problems += error.problems
            return None

    def _user(self, user: UserRecord, groups: Iterable[Group]) -> User:
        return User(
            uin=user.uin,
            name=user.name,
            policies=self._of(HolderKind.USER, user.uin),
            groups=tuple(groups),
            boundary=self._boundary(user.boundary_id),
            tags=user.tags,
        )

    def _role(self, role: RoleRecord) -> Role:
        return Role(
            name=role.name,
            policies=self._of(HolderKind.ROLE, role.id),
            trust=self._trust(role),
            boundary=self._boundary(role.boundary_id),
            tags=role.tags,
        )

    def _trust(self, role: RoleRecord) -> PolicyDocument:
        try:
            trust = parse_policy(role.trust, PolicyKind.TRUST, f"{role.account}/roleid/{role.id}")
        except InvalidPolicyError as error:
            self._problems += error.problems
            return PolicyDocument(())
        return trust

    def _boundary(self, policy_id: int | None) -> Policy | None:
        return None if policy_id is None else next(iter(self._resolved((policy_id,))), None)

    def _of(self, holder: HolderKind, holder_id: str) -> tuple[Policy, ...]:
        """The policies of a holder in the order of attachment; holders of the same ones share one tuple."""
        ids = tuple(self._held.get((holder, holder_id), ()))
        known = self._attached.get(ids)
        if known is None:
            known = self._attached[ids] = self._resolved(ids)
        return known

    def _resolved(self, ids: Iterable[int]) -> tuple[Policy, ...]:
        return tuple(policy for policy in map(self._policy, ids) if policy is not None)

    def _policy(self, policy_id: int) -> Policy | None:
        policy = self._policies.get(policy_id)
        if policy is not None:
            return policy
        preset = preset_of_id(policy_id)
        if preset is not None:
            return preset.policy
        if not any(each.id == policy_id for each in self._rows.policies):  # else its own problem is reported
            message = f"unknown policy {policy_id}; expected a custom policy of this account or a preset"
            file = f"{self._rows.account.uin}/policyid/{policy_id}"
            self._problems.append(Problem("UnknownPolicy", message, file=file, line=1))
        return None


def assemble_all(
    rows: Mapping[str, AccountRows], known: ParsedPolicies, before: Mapping[str, Account]
) -> tuple[dict[str, Account], dict[str, tuple[Problem, ...]]]:
    """The accounts of many rows by uin, and the problems of those that cannot be assembled."""
    accounts: dict[str, Account] = {}
    faults: dict[str, tuple[Problem, ...]] = {}
    for uin, each in rows.items():
        try:
            accounts[uin] = assemble(each, known, before.get(uin))
        except InvalidAccountError as error:
            faults[uin] = error.problems
    return accounts, faults
