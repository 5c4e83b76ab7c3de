"""Root accounts in the store."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from authz.store import mapping
from authz.store.errors import ConflictError
from authz.store.pending import Pending
from authz.store.records import AccountRecord
from authz.store.repository import Repository, dependents, present


class Accounts(Repository[AccountRecord]):
    """Reads root accounts."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.ACCOUNTS)

    def get(self, uin: str) -> AccountRecord | None:
        """The account of a uin."""
        return self._get(uin=uin)

    def get_many(self, uins: Collection[str]) -> tuple[AccountRecord, ...]:
        """Those of these accounts that exist."""
        return self._some(self._columns.uin.in_(uins), order=[self._columns.uin])

    def list(self) -> tuple[AccountRecord, ...]:
        """All accounts, by uin."""
        return self._some(order=[self._columns.uin])

    def page(self, offset: int, limit: int) -> tuple[int, tuple[AccountRecord, ...]]:
        """How many accounts there are, and some of them, by uin."""
        return self._page(order=[self._columns.uin], offset=offset, limit=limit)

    def revisions(self, since: int = -1) -> dict[str, int]:
        """The revision of the last change of each account that changed after `since`, by uin."""
        columns = self._columns
        query = sa.select(columns.uin, columns.revision).where(columns.revision > since)
        return {uin: revision for uin, revision in self._connection.execute(query)}  # noqa: C416 - rows are no pairs


class WritableAccounts(Accounts):
    """Writes the root account of the transaction's author."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def add(self, record: AccountRecord) -> AccountRecord:
        """Add an account.

        Raises:
            ConflictError: if its uin is taken.
        """
        if self.get(record.uin) is not None:
            raise ConflictError("account", f"account {record.uin} exists already")
        self._pending.insert(mapping.ACCOUNTS, [record])
        return record

    def update(self, record: AccountRecord) -> None:
        """Change an account.

        Raises:
            MissingError: if there is none of its uin.
        """
        self._pending.update(mapping.ACCOUNTS, present(self.get(record.uin), "account", record.uin), record)

    def remove(self, uin: str) -> None:
        """Remove an account with its users, groups, roles, policies, keys and passwords.

        Raises:
            MissingError: if there is none.
        """
        record = present(self.get(uin), "account", uin)
        for mapped in _DEPENDENTS:
            self._pending.delete(mapped, dependents(self._connection, mapped, mapped.table.c.account == uin))
        self._pending.delete(mapping.ACCOUNTS, [record])


_DEPENDENTS: tuple[mapping.RecordMap[Any], ...] = (
    mapping.PASSWORDS,
    mapping.KEYS,
    mapping.PRESET_ALIASES,
    mapping.ATTACHMENTS,
    mapping.MEMBERSHIPS,
    mapping.USERS,
    mapping.GROUPS,
    mapping.ROLES,
    mapping.VERSIONS,
    mapping.POLICIES,
)
