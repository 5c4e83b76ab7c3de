"""Console passwords in the store, as argon2 hashes that the use cases make."""

import sqlalchemy as sa

from authz.store import mapping
from authz.store.pending import Pending
from authz.store.records import PasswordRecord
from authz.store.repository import Repository


class Passwords(Repository[PasswordRecord]):
    """Reads passwords."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, mapping.PASSWORDS)

    def get(self, account: str, uin: str) -> PasswordRecord | None:
        """The password of a user, or of the root account if `uin` is the account's."""
        return self._one(self._of(account), self._columns.uin == uin)


class WritablePasswords(Passwords):
    """Writes passwords; the change log says that one was set, and never what it is."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection)
        self._pending = pending

    def put(self, record: PasswordRecord) -> None:
        """Set a password.

        Raises:
            ConflictError: if there is no such user.
        """
        before = self.get(record.account, record.uin)
        if before is None:
            self._pending.insert(mapping.PASSWORDS, [record])
        else:
            self._pending.update(mapping.PASSWORDS, before, record)

    def remove(self, account: str, uin: str) -> bool:
        """Remove a password; False if there is none."""
        record = self.get(account, uin)
        self._pending.delete(mapping.PASSWORDS, [] if record is None else [record])
        return record is not None
