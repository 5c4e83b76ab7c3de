"""User groups in the store."""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import GroupRecord
from authz.store.repository import Repository, dependents, present, refuse_taken


class Groups(Repository[GroupRecord]):
    """Reads groups; lists are in the order of ids."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.GROUPS)

    def get(self, account: str, group_id: int) -> GroupRecord | None:
        """The group of an id."""
        return self._get(account=account, id=group_id)

    def get_many(self, account: str, group_ids: Collection[int]) -> tuple[GroupRecord, ...]:
        """Those of these groups that exist."""
        return self._some(self._of(account), self._columns.id.in_(group_ids), order=[self._columns.id])

    def find_by_name(self, account: str, name: str) -> GroupRecord | None:
        """The group of a name, whatever its case."""
        return self._one(self._of(account), self._named(name))

    def list(self, account: str) -> tuple[GroupRecord, ...]:
        """All groups."""
        return self._some(self._of(account), order=[self._columns.id])

    def page(self, account: str, offset: int, limit: int, keyword: str = "") -> tuple[int, tuple[GroupRecord, ...]]:
        """How many groups have a name that holds the keyword, and some of them."""
        return self._named_page(account, offset, limit, keyword, self._columns.id)

    def count(self, account: str) -> int:
        """How many groups there are."""
        return self._count(self._of(account))


class WritableGroups(Groups):
    """Writes groups."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: GroupRecord) -> GroupRecord:
        """Add a group; an id of 0 is chosen. Returns the record as it was added.

        Raises:
            ConflictError: if its name or id is taken.
        """
        self._refuse_name(record)
        record = replace(record, id=self._pending.take("group", record.id))
        self._pending.insert(mapping.GROUPS, [record])
        return record

    def update(self, record: GroupRecord) -> None:
        """Change a group.

        Raises:
            MissingError: if there is none of its id.
            ConflictError: if its name is another's.
        """
        before = present(self.get(record.account, record.id), "group", record.id)
        self._refuse_name(record)
        self._pending.update(mapping.GROUPS, before, record)

    def remove(self, account: str, group_id: int) -> None:
        """Remove a group with its memberships and attachments; its members stay.

        Raises:
            MissingError: if there is none.
        """
        record = present(self.get(account, group_id), "group", group_id)
        held, members = mapping.ATTACHMENTS.table.c, mapping.MEMBERSHIPS.table.c
        attached = dependents(self._connection, mapping.ATTACHMENTS, held.account == account, held.group_id == group_id)
        joined = dependents(
            self._connection, mapping.MEMBERSHIPS, members.account == account, members.group_id == group_id
        )
        self._pending.delete(mapping.ATTACHMENTS, attached)
        self._pending.delete(mapping.MEMBERSHIPS, joined)
        self._pending.delete(mapping.GROUPS, [record])

    def _refuse_name(self, record: GroupRecord) -> None:
        other = self.find_by_name(record.account, record.name)
        if other is not None and other.id != record.id:
            refuse_taken(other, f"id {other.id}", record.name)
