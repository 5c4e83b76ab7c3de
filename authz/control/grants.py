"""Reads what authorization needs of an account: one principal with its policies, and one role with its trust policy."""

from collections.abc import Sequence

from authz.accounts.model import Account, Group, Policy, Role, User
from authz.accounts.parsed import ParsedPolicies
from authz.accounts.preset_details import preset_of_id
from authz.control.errors import ControlError
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.parse import parse_policy
from authz.language.principal import Principal, PrincipalKind
from authz.store.records import HolderKind, RoleRecord, UserRecord
from authz.store.session import Reader

_PARSED = ParsedPolicies()


def read_account(reader: Reader, account: str, principal: Principal | None, role: str | None = None) -> Account:
    """The account with this principal and this role alone; each is left out if it does not exist.

    Raises:
        ControlError: if the account itself does not exist.
    """
    record = reader.accounts.get(account)
    if record is None:
        raise ControlError("FailedOperation", f"account {account} is not in this database")
    users: dict[str, User] = {}
    roles: dict[str, Role] = {}
    if principal is not None and principal.kind is PrincipalKind.USER:
        user = reader.users.get(account, principal.name)
        if user is not None:
            users[user.uin] = _user(reader, user)
    names = [role] if role else []
    if principal is not None and principal.kind is PrincipalKind.ROLE:
        names.append(principal.name)
    for name in names:
        found = reader.roles.find_by_name(account, name)
        if found is not None and found.name == name:
            roles[name] = _role(reader, found)
    groups = {group.name: group for user in users.values() for group in user.groups}
    return Account(account, record.app_id, users, groups, roles, {})


def _user(reader: Reader, user: UserRecord) -> User:
    _, groups = reader.memberships.groups_of(user.account, user.uin)
    return User(
        uin=user.uin,
        name=user.name,
        policies=attached_policies(reader, user.account, HolderKind.USER, user.uin),
        groups=tuple(
            Group(group.name, attached_policies(reader, user.account, HolderKind.GROUP, str(group.id)))
            for group in groups
        ),
        boundary=_boundary(reader, user.account, user.boundary_id),
        tags=user.tags,
    )


def _role(reader: Reader, role: RoleRecord) -> Role:
    return Role(
        name=role.name,
        policies=attached_policies(reader, role.account, HolderKind.ROLE, role.id),
        trust=parse_policy(role.trust, PolicyKind.TRUST),
        boundary=_boundary(reader, role.account, role.boundary_id),
        tags=role.tags,
    )


def attached_policies(reader: Reader, account: str, holder: HolderKind, holder_id: str) -> tuple[Policy, ...]:
    """The policies that are attached to a user, group or role itself."""
    ids = [each.policy_id for each in reader.attachments.of_holder(account, holder, holder_id)]
    return _policies(reader, account, ids)


def _boundary(reader: Reader, account: str, policy_id: int | None) -> Policy | None:
    return None if policy_id is None else _policies(reader, account, [policy_id])[0]


def _policies(reader: Reader, account: str, ids: Sequence[int]) -> tuple[Policy, ...]:
    names = {record.id: record.name for record in reader.policies.get_many(account, ids)}
    found = []
    for policy_id in ids:
        preset = preset_of_id(policy_id)
        found.append(preset.policy if preset else Policy(names[policy_id], _document(reader, account, policy_id)))
    return tuple(found)


def _document(reader: Reader, account: str, policy_id: int) -> PolicyDocument:
    text = reader.policies.document(account, policy_id)
    if text is None:
        raise ControlError("InternalError.SystemError", f"policy {policy_id} of account {account} has no document")
    return _PARSED.parse(text, "")
