"""Sub-accounts in the store."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from authz.store import mapping
from authz.store.errors import ConflictError
from authz.store.pending import Pending
from authz.store.records import UserRecord
from authz.store.repository import Repository, dependents, present, refuse_taken


class Users(Repository[UserRecord]):
    """Reads sub-accounts; lists are in the order of uids, which is that in which they were added."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.USERS)

    def get(self, account: str, uin: str) -> UserRecord | None:
        """The user of a uin."""
        return self._get(account=account, uin=uin)

    def get_many(self, account: str, uins: Collection[str]) -> tuple[UserRecord, ...]:
        """Those of these users that exist."""
        return self._some(self._of(account), self._columns.uin.in_(uins), order=[self._columns.uid])

    def find_by_name(self, account: str, name: str) -> UserRecord | None:
        """The user of a name, whatever its case."""
        return self._one(self._of(account), self._named(name)) if name else None

    def find_by_uid(self, account: str, uid: int) -> UserRecord | None:
        """The user of a uid."""
        return self._one(self._of(account), self._columns.uid == uid)

    def list(self, account: str) -> tuple[UserRecord, ...]:
        """All users."""
        return self._some(self._of(account), order=[self._columns.uid])

    def page(self, account: str, offset: int, limit: int, keyword: str = "") -> tuple[int, tuple[UserRecord, ...]]:
        """How many users have a name that holds the keyword, and some of them."""
        return self._named_page(account, offset, limit, keyword, self._columns.uid)

    def count(self, account: str) -> int:
        """How many users there are."""
        return self._count(self._of(account))

    def count_since(self, account: str, created_at: float) -> int:
        """How many users were made at a time or later."""
        return self._count(self._of(account), self._columns.created_at >= created_at)

    def bounded_by(self, account: str, policy_id: int) -> tuple[UserRecord, ...]:
        """The users whose permissions boundary is a policy."""
        return self._some(self._of(account), self._columns.boundary_id == policy_id, order=[self._columns.uid])

    def boundary_counts(self, account: str, policy_ids: Collection[int]) -> dict[int, int]:
        """How many users each of these policies bounds; those that bound none are absent."""
        boundary = self._columns.boundary_id
        query = (
            sa.select(boundary, sa.func.count()).where(self._of(account), boundary.in_(policy_ids)).group_by(boundary)
        )
        return {policy_id: count for policy_id, count in self._connection.execute(query)}  # noqa: C416 - rows are no pairs

    def _is_known_anywhere(self, uin: str) -> bool:
        accounts = mapping.ACCOUNTS.table.c.uin
        known = sa.select(sa.literal(1)).where(
            sa.or_(sa.exists().where(self._columns.uin == uin), sa.exists().where(accounts == uin))
        )
        return self._connection.execute(known).first() is not None


class WritableUsers(Users):
    """Writes sub-accounts."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: UserRecord) -> UserRecord:
        """Add a user; a uin that is empty and a uid that is 0 are chosen. Returns the record as it was added.

        Raises:
            ConflictError: if its uin or its name is taken.
        """
        record = self._filled(record)
        if record.uin == record.account or self.get(record.account, record.uin) is not None:
            raise ConflictError("user", f"uin {record.uin} is taken already")
        self._refuse_name(record)
        self._pending.insert(mapping.USERS, [record])
        return record

    def add_many(self, records: Sequence[UserRecord]) -> tuple[UserRecord, ...]:
        """Add users whose uins and names the caller knows to be free; quicker than one by one.

        Raises:
            ConflictError: if one is taken.
        """
        filled = tuple(map(self._filled, records))
        self._pending.insert(mapping.USERS, filled)
        return filled

    def update(self, record: UserRecord) -> None:
        """Change a user.

        Raises:
            MissingError: if there is none of its uin.
            ConflictError: if its name is another's.
        """
        before = present(self.get(record.account, record.uin), "user", record.uin)
        self._refuse_name(record)
        self._pending.update(mapping.USERS, before, record)

    def remove(self, account: str, uin: str) -> None:
        """Remove a user with its memberships, attachments, access keys and password.

        Raises:
            MissingError: if there is none.
        """
        record = present(self.get(account, uin), "user", uin)
        owned: tuple[mapping.RecordMap[Any], ...] = (mapping.PASSWORDS, mapping.KEYS, mapping.ATTACHMENTS)
        for mapped in owned:
            table = mapped.table.c
            found = dependents(self._connection, mapped, table.account == account, table.user_uin == uin)
            self._pending.delete(mapped, found)
        members = mapping.MEMBERSHIPS.table.c
        groups = dependents(self._connection, mapping.MEMBERSHIPS, members.account == account, members.uin == uin)
        self._pending.delete(mapping.MEMBERSHIPS, groups)
        self._pending.delete(mapping.USERS, [record])

    def _filled(self, record: UserRecord) -> UserRecord:
        uin = record.uin or str(self._pending.take("uin"))
        while not record.uin and self._is_known_anywhere(uin):
            uin = str(self._pending.take("uin"))
        return replace(record, uin=uin, uid=self._pending.take("uid", record.uid))

    def _refuse_name(self, record: UserRecord) -> None:
        other = self.find_by_name(record.account, record.name)
        if other is not None and other.uin != record.uin:
            refuse_taken(other, f"uin {other.uin}", record.name)
