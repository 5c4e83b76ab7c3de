"""Maps records to rows: columns bear the names of fields, and some columns are derived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from authz.store import tables
from authz.store.records import (
    FIRST_CUSTOM_POLICY,
    AccessKeyRecord,
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    PasswordRecord,
    PolicyRecord,
    PolicyVersionRecord,
    PresetAliasRecord,
    Record,
    RoleRecord,
    UserRecord,
)

R = TypeVar("R", bound=Record)


def folded(name: str) -> str:
    """A name as it is compared: without regard to case."""
    return name.casefold()


@dataclass(frozen=True, slots=True)
class RecordMap(Generic[R]):
    """How one kind of record is written to its table; `derived` are the columns that are computed from a record."""

    kind: type[R]
    table: sa.Table
    key: tuple[str, ...]
    derived: Callable[[R], Mapping[str, Any]] = lambda _: {}

    @property
    def columns(self) -> tuple[sa.Column[Any], ...]:
        """The columns of the fields, in their order."""
        return tuple(self.table.c[each.name] for each in fields(self.kind))

    def select(self) -> "sa.Select[Any]":
        """All records."""
        return sa.select(*self.columns)

    def row(self, record: R) -> dict[str, Any]:
        """The row of a record."""
        names = [each.name for each in fields(self.kind) if "kept_by_store" not in each.metadata]
        return {name: getattr(record, name) for name in names} | dict(self.derived(record))

    def record(self, row: "sa.Row[Any]") -> R:
        """The record of a row of `select`."""
        make: Callable[..., R] = self.kind
        return make(*row)

    def key_of(self, record: R) -> dict[str, Any]:
        """The columns that identify a record."""
        return {name: getattr(record, name) for name in self.key}

    def where(self, key: Mapping[str, Any]) -> "sa.ColumnElement[bool]":
        """The rows with these values."""
        return sa.and_(*(self.table.c[name] == value for name, value in key.items()))


def _custom(policy_id: int | None) -> int | None:
    return policy_id if policy_id is not None and policy_id >= FIRST_CUSTOM_POLICY else None


def _named(record: GroupRecord | PolicyRecord) -> Mapping[str, Any]:
    return {"name_key": folded(record.name)}


def _bounded(record: UserRecord | RoleRecord) -> Mapping[str, Any]:
    return {"name_key": folded(record.name) or None, "custom_boundary_id": _custom(record.boundary_id)}


def _held(record: AttachmentRecord) -> Mapping[str, Any]:
    holder, kind = record.holder_id, record.holder
    return {
        "custom_policy_id": _custom(record.policy_id),
        "user_uin": holder if kind is HolderKind.USER else None,
        "group_id": int(holder) if kind is HolderKind.GROUP else None,
        "role_id": int(holder) if kind is HolderKind.ROLE else None,
    }


def _owned(record: AccessKeyRecord | PasswordRecord) -> Mapping[str, Any]:
    return {"user_uin": None if record.uin == record.account else record.uin}


ACCOUNTS = RecordMap(AccountRecord, tables.accounts, ("uin",))
USERS = RecordMap(UserRecord, tables.users, ("account", "uin"), _bounded)
GROUPS = RecordMap(GroupRecord, tables.groups, ("account", "id"), _named)
MEMBERSHIPS = RecordMap(MembershipRecord, tables.memberships, ("account", "group_id", "uin"))
ROLES = RecordMap(RoleRecord, tables.roles, ("account", "id"), _bounded)
POLICIES = RecordMap(PolicyRecord, tables.policies, ("account", "id"), _named)
VERSIONS = RecordMap(PolicyVersionRecord, tables.policy_versions, ("account", "policy_id", "version"))
ATTACHMENTS = RecordMap(AttachmentRecord, tables.attachments, ("account", "holder", "holder_id", "policy_id"), _held)
PRESET_ALIASES = RecordMap(PresetAliasRecord, tables.preset_aliases, ("account", "policy_id"))
KEYS = RecordMap(AccessKeyRecord, tables.access_keys, ("secret_id",), _owned)
PASSWORDS = RecordMap(PasswordRecord, tables.passwords, ("account", "uin"), _owned)
