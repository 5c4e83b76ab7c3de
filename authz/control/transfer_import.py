"""Brings the rows of an account to what a policy directory says, and writes what differs.

Users are the same if they have one uin; groups, roles and policies if they have one id, or else one name. What a
directory does not say stays as it is. What the database has and the directory lacks is deleted only on demand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from authz.accounts.model import Policy
from authz.accounts.preset_details import preset_of_name
from authz.control.errors import ControlError
from authz.control.transfer_content import AccountContent
from authz.control.transfer_details import AttachedDetails, GroupDetails, PolicyDetails, RoleDetails, UserDetails
from authz.control.transfer_order import in_order
from authz.control.use_case import Writing
from authz.errors import InvalidPolicyError
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.parse import parse_policy
from authz.store.account_rows import AccountRows, read_rows
from authz.store.mapping import folded
from authz.store.records import (
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    PolicyRecord,
    PolicyVersionRecord,
    PresetAliasRecord,
    RoleRecord,
    UserRecord,
)

R = TypeVar("R", AccountRecord, UserRecord, GroupRecord, RoleRecord, PolicyRecord)
N = TypeVar("N", GroupRecord, RoleRecord, PolicyRecord)
_SHOWN = 10


class WouldDeleteError(ControlError):
    """An import that would delete what the directory lacks; `things` describes each. Nothing was changed."""

    def __init__(self, account: str, things: Sequence[str]) -> None:
        more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
        message = f"account {account}: the database has what the directory lacks: {', '.join(things[:_SHOWN])}{more}"
        super().__init__("FailedOperation", message)
        self.things = tuple(things)


def import_content(use: Writing, content: AccountContent, *, may_delete: bool) -> None:
    """Write what differs between an account and its content.

    Raises:
        WouldDeleteError: if something would be deleted, unless it may be.
        ControlError: FailedOperation, if an id belongs to something else.
    """
    rows = read_rows(use.store, [content.account.uin], all_versions=True).get(content.account.uin)
    _Import(use, content, rows).run(is_new=rows is None, may_delete=may_delete)


class _Import:
    """One import in progress. The ids of what it wrote are known by name."""

    def __init__(self, use: Writing, content: AccountContent, rows: AccountRows | None) -> None:
        self._use = use
        self._store = use.store
        self._uin = content.account.uin
        self._content = content
        self._details = content.details
        self._rows = rows or AccountRows(AccountRecord(self._uin, created_at=use.now))
        self._versions: defaultdict[int, dict[int, PolicyVersionRecord]] = defaultdict(dict)
        for version in self._rows.versions:
            self._versions[version.policy_id][version.version] = version
        account = content.account
        self._old_users = {user.uin: user for user in self._rows.users}
        self._old_groups = self._matched("group", self._rows.groups, account.groups, self._details.groups)
        self._old_roles = self._matched("role", self._rows.roles, account.roles, self._details.roles)
        self._old_policies = self._matched("policy", self._rows.policies, account.policies, self._details.policies)
        self._policy_ids: dict[str, int] = {}
        self._group_ids: dict[str, int] = {}
        self._role_ids: dict[str, str] = {}

    def run(self, *, is_new: bool, may_delete: bool) -> None:
        lost = self._lost()
        if lost and not may_delete:
            raise WouldDeleteError(self._uin, lost)
        self._write_account(is_new=is_new)
        self._delete_holders()
        self._write_policies()
        self._write_groups()
        self._write_users()
        self._write_roles()
        self._write_memberships()
        self._write_attachments()
        self._write_aliases()
        self._delete_policies()

    # What is the same as what ---------------------------------------------------------------------------------------

    def _matched(self, kind: str, old: Iterable[N], wanted: Iterable[str], details: Mapping[str, Any]) -> dict[str, N]:
        """The records that the wanted names mean; those that are new have none."""
        by_id: dict[Any, N] = {each.id: each for each in old}
        by_name = {folded(each.name): each for each in by_id.values()}
        found: dict[str, N] = {}
        taken: dict[Any, str] = {}
        for name in wanted:
            given = details[name].id if name in details else None
            named = by_name.get(folded(name))
            record = named if given is None else by_id.get(given)
            if given is not None and record is None and named is not None:
                message = f"{kind} `{name}` has id {named.id} in the database and {given} in control.yaml"
                raise ControlError("FailedOperation", f"account {self._uin}: {message}; delete the id from the file")
            if record is not None:
                other = taken.setdefault(record.id, name)
                if other != name:
                    message = f"`{other}` and `{name}` would both be {kind} {record.id} of the database"
                    raise ControlError("FailedOperation", f"account {self._uin}: {message}; correct the ids")
                found[name] = record
        return found

    def _lost(self) -> list[str]:
        """What the database has and the directory lacks."""
        users = [user for user in self._rows.users if user.uin not in self._content.account.users]
        things = [f"user `{user.name or user.uin}`" for user in users]
        things += [f"group `{each.name}`" for each in _without(self._rows.groups, self._old_groups)]
        things += [f"role `{each.name}`" for each in _without(self._rows.roles, self._old_roles)]
        things += [f"policy `{each.name}`" for each in _without(self._rows.policies, self._old_policies)]
        for name, policy in self._old_policies.items():
            things += [f"version {number} of policy `{policy.name}`" for number in self._old_numbers(name, policy)]
        return things

    def _old_numbers(self, name: str, policy: PolicyRecord) -> list[int]:
        """The versions in the database that the details of a policy do not list."""
        listed = self._policy_details(name).versions
        return [number for number in self._versions[policy.id] if listed and str(number) not in listed]

    def _policy_details(self, name: str) -> PolicyDetails:
        return self._details.policies.get(name) or PolicyDetails()

    # Account and deletions ------------------------------------------------------------------------------------------

    def _write_account(self, *, is_new: bool) -> None:
        before = self._rows.account
        after = _given(replace(before, app_id=self._content.account.app_id or before.app_id), self._details.account)
        if is_new:
            self._store.accounts.add(after)
        elif after != before:
            self._store.accounts.update(after)

    def _delete_holders(self) -> None:
        for user in self._rows.users:
            if user.uin not in self._content.account.users:
                self._store.users.remove(self._uin, user.uin)
        for group in _without(self._rows.groups, self._old_groups):
            self._store.groups.remove(self._uin, group.id)
        for role in _without(self._rows.roles, self._old_roles):
            self._store.roles.remove(self._uin, role.id)

    def _delete_policies(self) -> None:
        for name, policy in self._old_policies.items():
            for number in self._old_numbers(name, policy):
                self._store.versions.remove(self._uin, policy.id, number)
        for policy in _without(self._rows.policies, self._old_policies):
            self._store.policies.remove(self._uin, policy.id)

    # Policies -------------------------------------------------------------------------------------------------------

    def _write_policies(self) -> None:
        for name, text in self._content.documents.items():
            old = self._old_policies.get(name)
            details = self._policy_details(name)
            if old is None:
                self._policy_ids[name] = self._add_policy(name, text, details)
            else:
                self._policy_ids[name] = old.id
                self._change_policy(old, name, text, details)

    def _add_policy(self, name: str, text: str, details: PolicyDetails) -> int:
        now = self._use.now
        record = _given(PolicyRecord(self._uin, 0, name, created_at=now, updated_at=now), details)
        last = max(record.last_version, record.default_version, *map(int, details.versions))
        record = self._store.policies.add(replace(record, last_version=last), text)
        first = PolicyVersionRecord(self._uin, record.id, record.default_version, text, record.updated_at)
        self._write_versions({record.default_version: first}, record, text, details)
        return record.id

    def _change_policy(self, old: PolicyRecord, name: str, text: str, details: PolicyDetails) -> None:
        after = _given(replace(old, name=name), details)
        after = replace(after, last_version=max(after.last_version, old.last_version))
        is_written = self._write_versions(self._versions[old.id], after, text, details)
        known = self._store.policies.get(self._uin, old.id) or old  # `put` counted on
        after = replace(after, last_version=max(after.last_version, known.last_version))
        if details.updated_at is None and (is_written or after != known):
            after = replace(after, updated_at=self._use.now)
        if after != known:
            self._store.policies.update(after)

    def _write_versions(
        self, old: Mapping[int, PolicyVersionRecord], policy: PolicyRecord, text: str, details: PolicyDetails
    ) -> bool:
        """Write the versions of a policy that differ; whether there were any."""
        wanted = {int(number): each for number, each in details.versions.items()}
        is_written = False
        for number in wanted or (policy.default_version,):
            given = wanted.get(number)
            before = old.get(number)
            document = text if number == policy.default_version else str(given and given.document)
            fresh = PolicyVersionRecord(self._uin, policy.id, number, document, self._use.now)
            after = fresh if before is None else replace(before, document=document)
            if given is not None and given.created_at is not None:
                after = replace(after, created_at=given.created_at)
            if before is None:
                self._store.versions.put(after)
            elif after != before:
                self._store.versions.update(after)
            is_written = is_written or after != before
        return is_written

    def _policy_id(self, policy: Policy) -> int:
        preset = preset_of_name(policy.name) if policy.is_preset else None
        return self._policy_ids[policy.name] if preset is None else preset.policy_id

    # Users, groups and roles ----------------------------------------------------------------------------------------

    def _write_groups(self) -> None:
        for name in self._content.account.groups:
            old = self._old_groups.get(name)
            fresh = old or GroupRecord(self._uin, 0, name, created_at=self._use.now)
            record = _given(replace(fresh, name=name), self._details.groups.get(name))
            if old is None:
                record = self._store.groups.add(record)
            elif record != old:
                self._store.groups.update(record)
            self._group_ids[name] = record.id

    def _write_users(self) -> None:
        new = []
        for uin, user in self._content.account.users.items():
            old, details = self._old_users.get(uin), self._details.users.get(uin)
            if old is not None and details is not None and details.uid not in (None, old.uid):
                message = f"user {uin} has uid {old.uid} in the database and {details.uid} in control.yaml"
                raise ControlError("FailedOperation", f"account {self._uin}: {message}; delete the uid from the file")
            fresh = old or UserRecord(self._uin, uin, user.name, created_at=self._use.now)
            boundary = None if user.boundary is None else self._policy_id(user.boundary)
            named = replace(fresh, name=user.name or fresh.name, boundary_id=boundary, tags=user.tags)
            record = _given(named, details)
            if old is None:
                new.append(record)
            elif record != old:
                self._store.users.update(record)
        self._store.users.add_many(new)

    def _write_roles(self) -> None:
        now = self._use.now
        for name, role in self._content.account.roles.items():
            old = self._old_roles.get(name)
            details = self._details.roles.get(name) or RoleDetails()
            fresh = old or RoleRecord(self._uin, "", name, "", created_at=now, updated_at=now)
            boundary = None if role.boundary is None else self._policy_id(role.boundary)
            texts = (details.trust, fresh.trust, self._content.trusts[name])
            trust = next((text for text in texts if text and _means(text, role.trust)), texts[-1])
            record = _given(replace(fresh, name=name, boundary_id=boundary, tags=role.tags), details)
            record = replace(record, trust=trust or "")
            if old is None:
                record = self._store.roles.add(record)
            elif record != old:
                self._store.roles.update(record if details.updated_at is not None else replace(record, updated_at=now))
            self._role_ids[name] = record.id

    # Who is in what, and has what -----------------------------------------------------------------------------------

    def _write_memberships(self) -> None:
        old: defaultdict[str, dict[int, MembershipRecord]] = defaultdict(dict)
        for membership in self._rows.memberships:
            old[membership.uin][membership.group_id] = membership
        added: list[MembershipRecord] = []
        for uin, user in self._content.account.users.items():
            times = (self._details.users.get(uin) or UserDetails()).groups
            wanted = [
                _given(
                    old[uin].get(self._group_ids[group.name])
                    or MembershipRecord(self._uin, self._group_ids[group.name], uin, self._use.now),
                    times.get(group.name),
                )
                for group in user.groups
            ]
            gone, new = in_order(list(old[uin].values()), wanted, lambda each: each.group_id)
            for each in gone:
                self._store.memberships.remove(self._uin, each.group_id, uin)
            added += new
        self._store.memberships.add_many(added)

    def _write_attachments(self) -> None:
        old: defaultdict[tuple[HolderKind, str], dict[int, AttachmentRecord]] = defaultdict(dict)
        for attachment in self._rows.attachments:
            old[attachment.holder, attachment.holder_id][attachment.policy_id] = attachment
        added: list[AttachmentRecord] = []
        for kind, holder_id, policies, times in self._holders():
            before = old[kind, holder_id]
            wanted = [
                _given(
                    before.get(self._policy_id(policy)) or self._attachment(kind, holder_id, policy),
                    times.get(policy.name),
                )
                for policy in policies
            ]
            gone, new = in_order(list(before.values()), wanted, lambda each: each.policy_id)
            for each in gone:
                self._store.attachments.remove(self._uin, kind, holder_id, each.policy_id)
            added += new
        self._store.attachments.add_many(added)

    def _attachment(self, kind: HolderKind, holder_id: str, policy: Policy) -> AttachmentRecord:
        author = self._use.caller.identity
        return AttachmentRecord(self._uin, kind, holder_id, self._policy_id(policy), self._use.now, author)

    def _holders(self) -> Iterable[tuple[HolderKind, str, Sequence[Policy], Mapping[str, AttachedDetails]]]:
        account, details = self._content.account, self._details
        for uin, user in account.users.items():
            yield HolderKind.USER, uin, user.policies, (details.users.get(uin) or UserDetails()).policies
        for name, group in account.groups.items():
            times = (details.groups.get(name) or GroupDetails()).policies
            yield HolderKind.GROUP, str(self._group_ids[name]), group.policies, times
        for name, role in account.roles.items():
            times = (details.roles.get(name) or RoleDetails()).policies
            yield HolderKind.ROLE, self._role_ids[name], role.policies, times

    def _write_aliases(self) -> None:
        for name, alias in self._details.preset_aliases.items():
            preset = preset_of_name(name)
            if preset is not None:
                self._store.preset_aliases.put(PresetAliasRecord(self._uin, preset.policy_id, alias))


def _given(record: Any, details: Any) -> Any:
    """A record with the fields that its details say."""
    if details is None:
        return record
    names = {each.name for each in fields(record)} & {each.name for each in fields(details)} - {"trust"}
    found = {name: getattr(details, name) for name in names}
    return replace(record, **{name: value for name, value in found.items() if value is not None})


def _without(old: Iterable[N], kept: Mapping[str, N]) -> list[N]:
    ids = {each.id for each in kept.values()}
    return [each for each in old if each.id not in ids]


def _means(text: str, trust: PolicyDocument) -> bool:
    """Whether a text is that of a trust policy."""
    try:
        return parse_policy(text, PolicyKind.TRUST) == trust
    except InvalidPolicyError:
        return False
