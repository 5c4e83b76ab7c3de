"""From the rows of an account to the files of a policy directory, so that an import of them makes the same rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from authz.accounts.build import PolicyText, name_problems
from authz.accounts.preset_details import preset_of_id
from authz.control.errors import ControlError
from authz.control.transfer_content import AccountFiles
from authz.control.transfer_details import (
    AccountDetails,
    AttachedDetails,
    Details,
    GroupDetails,
    JoinedDetails,
    PolicyDetails,
    RoleDetails,
    UserDetails,
    VersionDetails,
    details_value,
)
from authz.language.json_text import read_json
from authz.store.account_rows import AccountRows
from authz.store.records import (
    AttachmentRecord,
    HolderKind,
    MembershipRecord,
    PolicyRecord,
    PolicyVersionRecord,
    PresetAliasRecord,
    Record,
    RoleRecord,
    UserRecord,
)

D = TypeVar("D")


def files_of(rows: AccountRows, aliases: Iterable[PresetAliasRecord]) -> AccountFiles:
    """The files of an account, whose rows have all versions.

    Raises:
        ControlError: FailedOperation, if a policy has a name that no file can have.
    """
    return _Export(rows, aliases).files()


class _Export:
    """Names what rows refer to by ids."""

    def __init__(self, rows: AccountRows, aliases: Iterable[PresetAliasRecord]) -> None:
        self._rows = rows
        self._aliases = aliases
        self._policies = {policy.id: policy.name for policy in rows.policies}
        self._groups = {group.id: group.name for group in rows.groups}
        self._attached: defaultdict[tuple[HolderKind, str], list[AttachmentRecord]] = defaultdict(list)
        for attachment in rows.attachments:
            self._attached[attachment.holder, attachment.holder_id].append(attachment)
        self._joined: defaultdict[str, list[MembershipRecord]] = defaultdict(list)
        for membership in rows.memberships:
            self._joined[membership.uin].append(membership)
        self._versions: defaultdict[int, list[PolicyVersionRecord]] = defaultdict(list)
        for version in rows.versions:
            self._versions[version.policy_id].append(version)

    def files(self) -> AccountFiles:
        return AccountFiles(
            attachments=self._attachments(),
            details=details_value(self._details()),
            documents={policy.name: self._document(policy) for policy in self._rows.policies},
        )

    # What decides ---------------------------------------------------------------------------------------------------

    def _attachments(self) -> dict[str, Any]:
        rows = self._rows
        value: dict[str, Any] = {"account": rows.account.uin}
        if rows.account.app_id:
            value["app_id"] = rows.account.app_id
        if rows.users:
            value["users"] = [self._user(user) for user in rows.users]
        if rows.groups:
            value["groups"] = [
                {"name": group.name, **self._held(HolderKind.GROUP, str(group.id))} for group in rows.groups
            ]
        if rows.roles:
            value["roles"] = [self._role(role) for role in rows.roles]
        return value

    def _user(self, user: UserRecord) -> dict[str, Any]:
        value: dict[str, Any] = {"uin": user.uin}
        if user.name:
            value["name"] = user.name
        if user.uin in self._joined:
            value["groups"] = [self._groups[each.group_id] for each in self._joined[user.uin]]
        return value | self._held(HolderKind.USER, user.uin) | self._bounded(user)

    def _role(self, role: RoleRecord) -> dict[str, Any]:
        value = {"name": role.name, **self._held(HolderKind.ROLE, role.id), **self._bounded(role)}
        return value | {"trust": read_json(role.trust).value}

    def _held(self, kind: HolderKind, holder_id: str) -> dict[str, Any]:
        held = self._attached.get((kind, holder_id), ())
        return {"policies": [self._name(each.policy_id) for each in held]} if held else {}

    def _bounded(self, holder: UserRecord | RoleRecord) -> dict[str, Any]:
        boundary = {} if holder.boundary_id is None else {"boundary": self._name(holder.boundary_id)}
        return boundary | ({"tags": dict(holder.tags)} if holder.tags else {})

    def _name(self, policy_id: int) -> str:
        preset = preset_of_id(policy_id)
        return self._policies[policy_id] if preset is None else preset.name

    def _document(self, policy: PolicyRecord) -> str:
        text = next(each.document for each in self._versions[policy.id] if each.version == policy.default_version)
        file = f"{policy.name}.json"
        problems = name_problems(PolicyText(policy.name, file, text), {})
        if problems or policy.name.startswith("."):
            why = problems[0].message if problems else "files whose name begins with a dot are not read"
            raise ControlError("FailedOperation", f"policy {policy.id} `{policy.name}`: {why}; rename the policy")
        return text

    # The rest -------------------------------------------------------------------------------------------------------

    def _details(self) -> Details:
        rows = self._rows
        return Details(
            account=_taken(AccountDetails, rows.account),
            users={
                user.uin: _taken(UserDetails, user, groups=self._joins(user.uin), policies=self._attaches(user))
                for user in rows.users
            },
            groups={
                group.name: _taken(GroupDetails, group, policies=self._times(HolderKind.GROUP, str(group.id)))
                for group in rows.groups
            },
            roles={
                role.name: _taken(RoleDetails, role, policies=self._times(HolderKind.ROLE, role.id))
                for role in rows.roles
            },
            policies={policy.name: self._policy(policy) for policy in rows.policies},
            preset_aliases={self._name(each.policy_id): each.alias for each in self._aliases},
        )

    def _joins(self, uin: str) -> dict[str, JoinedDetails]:
        return {self._groups[each.group_id]: _taken(JoinedDetails, each) for each in self._joined.get(uin, ())}

    def _attaches(self, user: UserRecord) -> dict[str, AttachedDetails]:
        return self._times(HolderKind.USER, user.uin)

    def _times(self, kind: HolderKind, holder_id: str) -> dict[str, AttachedDetails]:
        held: Sequence[AttachmentRecord] = self._attached.get((kind, holder_id), ())
        return {self._name(each.policy_id): _taken(AttachedDetails, each) for each in held}

    def _policy(self, policy: PolicyRecord) -> PolicyDetails:
        versions = {
            str(each.version): VersionDetails(
                each.created_at, None if each.version == policy.default_version else each.document
            )
            for each in self._versions[policy.id]
        }
        return _taken(PolicyDetails, policy, versions=versions)


def _taken(kind: type[D], record: Record, **more: Any) -> D:
    """The details whose fields a record has, and those given."""
    names = [each.name for each in fields(kind) if each.name not in more]  # type: ignore[arg-type]
    return kind(**{name: getattr(record, name) for name in names}, **more)
