"""Which users are in which groups."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import GroupRecord, MembershipRecord, UserRecord
from authz.store.repository import ALL, Repository

_USERS, _GROUPS = mapping.USERS, mapping.GROUPS


class Memberships(Repository[MembershipRecord]):
    """Reads memberships; lists are in the order in which groups were joined."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.MEMBERSHIPS)

    def get(self, account: str, group_id: int, uin: str) -> MembershipRecord | None:
        """The membership of a user in a group."""
        return self._one(self._of(account), self._columns.group_id == group_id, self._columns.uin == uin)

    def list(self, account: str) -> tuple[MembershipRecord, ...]:
        """All memberships."""
        return self._some(self._of(account), order=[self._columns.position])

    def members(
        self, account: str, group_id: int, offset: int = 0, limit: int = ALL
    ) -> tuple[int, tuple[UserRecord, ...]]:
        """How many users a group has, and some of them."""
        query = _joined(_USERS, _USERS.table.c.uin == self._columns.uin, account)
        rows = self._connection.execute(query.where(self._columns.group_id == group_id).offset(offset).limit(limit))
        return self.count_members(account, group_id), tuple(map(_USERS.record, rows))

    def groups_of(
        self, account: str, uin: str, offset: int = 0, limit: int = ALL
    ) -> tuple[int, tuple[GroupRecord, ...]]:
        """How many groups a user is in, and some of them."""
        query = _joined(_GROUPS, _GROUPS.table.c.id == self._columns.group_id, account)
        rows = self._connection.execute(query.where(self._columns.uin == uin).offset(offset).limit(limit))
        return self.count_groups(account, uin), tuple(map(_GROUPS.record, rows))

    def count_members(self, account: str, group_id: int) -> int:
        """How many users a group has."""
        return self._count(self._of(account), self._columns.group_id == group_id)

    def count_groups(self, account: str, uin: str) -> int:
        """How many groups a user is in."""
        return self._count(self._of(account), self._columns.uin == uin)

    def count(self, account: str) -> int:
        """How many memberships there are."""
        return self._count(self._of(account))


class WritableMemberships(Memberships):
    """Writes memberships."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: MembershipRecord) -> bool:
        """Put a user into a group; False, and nothing is written, if it is there already.

        Raises:
            ConflictError: if there is no such user or group.
        """
        if self.get(record.account, record.group_id, record.uin) is not None:
            return False
        self.add_many([record])
        return True

    def add_many(self, records: Sequence[MembershipRecord]) -> None:
        """Put users into groups that they are known not to be in.

        Raises:
            ConflictError: if one is there already, or a user or group is not.
        """
        take = self._pending.take
        self._pending.insert(
            mapping.MEMBERSHIPS, [replace(each, position=take("position", each.position)) for each in records]
        )

    def remove(self, account: str, group_id: int, uin: str) -> bool:
        """Take a user out of a group; False if it is not in it."""
        record = self.get(account, group_id, uin)
        self._pending.delete(mapping.MEMBERSHIPS, [] if record is None else [record])
        return record is not None


def _joined(mapped: "mapping.RecordMap[Any]", on: sa.ColumnElement[bool], account: str) -> "sa.Select[Any]":
    members = mapping.MEMBERSHIPS.table
    return (
        mapped.select()
        .join(members, sa.and_(mapped.table.c.account == members.c.account, on))
        .where(members.c.account == account)
        .order_by(members.c.position)
    )
