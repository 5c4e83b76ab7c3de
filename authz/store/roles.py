"""Roles in the store."""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import RoleRecord
from authz.store.repository import Repository, dependents, present, refuse_taken


class Roles(Repository[RoleRecord]):
    """Reads roles; lists are in the order of ids."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.ROLES)

    def get(self, account: str, role_id: str) -> RoleRecord | None:
        """The role of an id."""
        return self._get(account=account, id=role_id)

    def get_many(self, account: str, role_ids: Collection[str]) -> tuple[RoleRecord, ...]:
        """Those of these roles that exist."""
        return self._some(self._of(account), self._columns.id.in_(role_ids), order=[self._columns.id])

    def find_by_name(self, account: str, name: str) -> RoleRecord | None:
        """The role of a name, whatever its case."""
        return self._one(self._of(account), self._named(name))

    def list(self, account: str) -> tuple[RoleRecord, ...]:
        """All roles."""
        return self._some(self._of(account), order=[self._columns.id])

    def page(self, account: str, offset: int, limit: int, keyword: str = "") -> tuple[int, tuple[RoleRecord, ...]]:
        """How many roles have a name that holds the keyword, and some of them."""
        return self._named_page(account, offset, limit, keyword, self._columns.id)

    def count(self, account: str) -> int:
        """How many roles there are."""
        return self._count(self._of(account))

    def bounded_by(self, account: str, policy_id: int) -> tuple[RoleRecord, ...]:
        """The roles whose permissions boundary is a policy."""
        return self._some(self._of(account), self._columns.boundary_id == policy_id, order=[self._columns.id])

    def boundary_counts(self, account: str, policy_ids: Collection[int]) -> dict[int, int]:
        """How many roles each of these policies bounds; those that bound none are absent."""
        boundary = self._columns.boundary_id
        query = (
            sa.select(boundary, sa.func.count()).where(self._of(account), boundary.in_(policy_ids)).group_by(boundary)
        )
        return {policy_id: count for policy_id, count in self._connection.execute(query)}  # noqa: C416 - rows are no pairs


class WritableRoles(Roles):
    """Writes roles."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: RoleRecord) -> RoleRecord:
        """Add a role; an empty id is chosen. Returns the record as it was added.

        Raises:
            ConflictError: if its name or id is taken.
        """
        self._refuse_name(record)
        record = replace(record, id=str(self._pending.take("role", int(record.id or 0))))
        self._pending.insert(mapping.ROLES, [record])
        return record

    def update(self, record: RoleRecord) -> None:
        """Change a role.

        Raises:
            MissingError: if there is none of its id.
            ConflictError: if its name is another's.
        """
        before = present(self.get(record.account, record.id), "role", record.id)
        self._refuse_name(record)
        self._pending.update(mapping.ROLES, before, record)

    def remove(self, account: str, role_id: str) -> None:
        """Remove a role with its attachments.

        Raises:
            MissingError: if there is none.
        """
        record = present(self.get(account, role_id), "role", role_id)
        held = mapping.ATTACHMENTS.table.c
        attached = dependents(
            self._connection, mapping.ATTACHMENTS, held.account == account, held.role_id == int(record.id)
        )
        self._pending.delete(mapping.ATTACHMENTS, attached)
        self._pending.delete(mapping.ROLES, [record])

    def _refuse_name(self, record: RoleRecord) -> None:
        other = self.find_by_name(record.account, record.name)
        if other is not None and other.id != record.id:
            refuse_taken(other, f"id {other.id}", record.name)
