"""The rows of root accounts that decide: read for many accounts in few queries, now or at an earlier revision."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from authz.store import mapping
from authz.store.change_log import Change
from authz.store.mapping import RecordMap
from authz.store.records import (
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    MembershipRecord,
    PolicyRecord,
    PolicyVersionRecord,
    Record,
    RoleRecord,
    UserRecord,
    from_plain,
)
from authz.store.session import Reader

R = TypeVar("R", bound=Record)
_EVERY_CHANGE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class AccountRows:
    """What decides of one account, each kind in the order in which it was written.

    Of the versions, those that are the default ones are enough.
    """

    account: AccountRecord
    users: tuple[UserRecord, ...] = ()
    groups: tuple[GroupRecord, ...] = ()
    memberships: tuple[MembershipRecord, ...] = ()
    roles: tuple[RoleRecord, ...] = ()
    policies: tuple[PolicyRecord, ...] = ()
    versions: tuple[PolicyVersionRecord, ...] = ()
    attachments: tuple[AttachmentRecord, ...] = ()

    def records(self) -> tuple[Record, ...]:
        """All rows, in an order in which they can be added again."""
        return (
            self.account,
            *self.policies,
            *self.versions,
            *self.users,
            *self.groups,
            *self.memberships,
            *self.roles,
            *self.attachments,
        )


def read_rows(reader: Reader, uins: Collection[str], *, all_versions: bool = False) -> dict[str, AccountRows]:
    """The rows of those of these accounts that exist, by uin; `all_versions` reads those that are not in force too."""
    found = {account.uin: account for account in reader.accounts.get_many(uins)}
    if not found:
        return {}
    connection, users = reader.connection, mapping.USERS.table.c
    versions = mapping.VERSIONS.select() if all_versions else _default_versions()
    parts = (
        _by_account(connection, mapping.USERS, found, mapping.USERS.select(), users.uid),
        _by_account(connection, mapping.GROUPS, found, mapping.GROUPS.select(), mapping.GROUPS.table.c.id),
        _by_position(connection, mapping.MEMBERSHIPS, found),
        _by_account(connection, mapping.ROLES, found, mapping.ROLES.select(), mapping.ROLES.table.c.id),
        _by_account(connection, mapping.POLICIES, found, mapping.POLICIES.select(), mapping.POLICIES.table.c.id),
        _by_account(connection, mapping.VERSIONS, found, versions, *mapping.VERSIONS.table.primary_key),
        _by_position(connection, mapping.ATTACHMENTS, found),
    )
    return {uin: _rows(account, [tuple(part.get(uin, ())) for part in parts]) for uin, account in found.items()}


def rows_at(reader: Reader, uin: str, revision: int) -> AccountRows | None:
    """The rows of an account as they were at a revision, by undoing what the change log says came after it.

    None if the account was not there then.
    """
    present = read_rows(reader, [uin], all_versions=True).get(uin)
    changes = reader.changes.since(revision, _EVERY_CHANGE, uin)
    return undone(present, changes)


def undone(rows: AccountRows | None, changes: Iterable[Change]) -> AccountRows | None:
    """The rows before these changes of one account, which come in the order of their revisions."""
    records = {_key(record): record for record in (() if rows is None else rows.records())}
    for change in sorted(changes, key=lambda change: -change.revision):
        for item in reversed(change.items):
            if item.entity not in _DECIDING:
                continue
            kind = _DECIDING[item.entity].kind
            if item.after is not None:
                records.pop(_key(from_plain(kind, dict(item.after))), None)
            if item.before is not None:
                before = from_plain(kind, dict(item.before))
                records[_key(before)] = before
    return rows_of(records.values())


def rows_of(records: Iterable[Record]) -> AccountRows | None:
    """The rows of one account from its records in any order; None if the account itself is not among them."""
    by_kind: defaultdict[type[Record], list[Any]] = defaultdict(list)
    for record in records:
        by_kind[type(record)].append(record)
    if not by_kind[AccountRecord]:
        return None
    parts = [tuple(sorted(by_kind[kind], key=order)) for kind, order in _ORDERS]
    return _rows(by_kind[AccountRecord][0], parts)


def _rows(account: AccountRecord, parts: "list[tuple[Any, ...]]") -> AccountRows:
    return AccountRows(account, *parts)


_ORDERS: tuple[tuple[type[Record], Any], ...] = (
    (UserRecord, lambda each: each.uid),
    (GroupRecord, lambda each: each.id),
    (MembershipRecord, lambda each: each.position),
    (RoleRecord, lambda each: int(each.id)),
    (PolicyRecord, lambda each: each.id),
    (PolicyVersionRecord, lambda each: (each.policy_id, each.version)),
    (AttachmentRecord, lambda each: each.position),
)
_MAPS: tuple[RecordMap[Any], ...] = (
    mapping.ACCOUNTS,
    mapping.USERS,
    mapping.GROUPS,
    mapping.MEMBERSHIPS,
    mapping.ROLES,
    mapping.POLICIES,
    mapping.VERSIONS,
    mapping.ATTACHMENTS,
)
_DECIDING = {each.kind.entity: each for each in _MAPS}
"""How the kinds of records that decide are written, by entity; the change log has others, such as keys."""


def _key(record: Record) -> tuple[Any, ...]:
    return (type(record), *_DECIDING[record.entity].key_of(record).values())


def _default_versions() -> "sa.Select[Any]":
    versions, policies = mapping.VERSIONS.table, mapping.POLICIES.table
    default = sa.and_(
        policies.c.account == versions.c.account,
        policies.c.id == versions.c.policy_id,
        policies.c.default_version == versions.c.version,
    )
    return mapping.VERSIONS.select().join(policies, default)


def _by_position(connection: sa.Connection, mapped: RecordMap[R], uins: Collection[str]) -> dict[str, list[R]]:
    return _by_account(connection, mapped, uins, mapped.select(), mapped.table.c.position)


def _by_account(
    connection: sa.Connection, mapped: RecordMap[R], uins: Collection[str], query: "sa.Select[Any]", *order: Any
) -> dict[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    rows = connection.execute(query.where(mapped.table.c.account.in_(uins)).order_by(*order))
    for record in map(mapped.record, rows):
        found[record.account].append(record)
    return found
