"""Access keys in the store, whose secrets are sealed."""

import sqlalchemy as sa

from authz.store import mapping, tables
from authz.store.errors import ConflictError, MasterKeyError
from authz.store.pending import Pending
from authz.store.records import AccessKeyRecord
from authz.store.repository import Repository, present
from authz.store.secrets import MasterKey

_FIND = (
    mapping.KEYS.select()
    .add_columns(tables.access_keys.c.sealed_secret)
    .where(tables.access_keys.c.secret_id == sa.bindparam("secret_id"))
)
"""A key with its secret; built once, since every request of the API asks for one."""


class Keys(Repository[AccessKeyRecord]):
    """Reads access keys; lists are in the order of their making."""

    def __init__(self, connection: sa.Connection, master_key: MasterKey | None) -> None:
        super().__init__(connection, mapping.KEYS)
        self._master_key = master_key

    def get(self, secret_id: str) -> AccessKeyRecord | None:
        """The key of an id, of whatever account."""
        return self._one(self._columns.secret_id == secret_id)

    def list(self, account: str, uin: str | None = None) -> tuple[AccessKeyRecord, ...]:
        """The keys of a user (of the root account, if `uin` is the account's), or of all."""
        conditions = [self._of(account)] if uin is None else [self._of(account), self._columns.uin == uin]
        return self._some(*conditions, order=[self._columns.created_at, self._columns.secret_id])

    def count(self, account: str, uin: str) -> int:
        """How many keys a user has."""
        return self._count(self._of(account), self._columns.uin == uin)

    def secret(self, secret_id: str) -> str:
        """The secret of a key, to check signatures with; never to be shown again.

        Raises:
            MissingError: if there is no such key.
            MasterKeyError: if the store was opened without the master key, or the secret was changed.
        """
        query = sa.select(tables.access_keys.c.sealed_secret).where(self._columns.secret_id == secret_id)
        sealed = self._connection.execute(query).scalar()
        if sealed is None:
            present(None, "access_key", secret_id)
        return _needed(self._master_key).unseal(bytes(sealed or b""), _purpose(secret_id))

    def find(self, secret_id: str) -> tuple[AccessKeyRecord, str] | None:
        """The key of an id and its secret, in one query.

        Raises:
            MasterKeyError: as `secret`.
        """
        row = self._connection.execute(_FIND, {"secret_id": secret_id}).first()
        if row is None:
            return None
        *values, sealed = row
        return AccessKeyRecord(*values), _needed(self._master_key).unseal(bytes(sealed), _purpose(secret_id))


class WritableKeys(Keys):
    """Writes access keys."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.connection, pending.master_key)
        self._pending = pending

    def add(self, record: AccessKeyRecord, secret: str) -> AccessKeyRecord:
        """Add a key; its secret is sealed, and written to no log.

        Raises:
            ConflictError: if its id is taken or there is no such user.
            MasterKeyError: if the store was opened without the master key.
        """
        if self.get(record.secret_id) is not None:
            raise ConflictError("access_key", f"access key `{record.secret_id}` exists already")
        sealed = _needed(self._master_key).seal(secret, _purpose(record.secret_id))
        self._pending.insert(mapping.KEYS, [record], [{"sealed_secret": sealed}])
        return record

    def update(self, record: AccessKeyRecord) -> None:
        """Change the status or description of a key.

        Raises:
            MissingError: if there is none of its id.
        """
        before = present(self.get(record.secret_id), "access_key", record.secret_id)
        self._pending.update(mapping.KEYS, before, record)

    def remove(self, account: str, secret_id: str) -> None:
        """Remove a key.

        Raises:
            MissingError: if the account has none of that id.
        """
        record = self._one(self._of(account), self._columns.secret_id == secret_id)
        self._pending.delete(mapping.KEYS, [present(record, "access_key", secret_id)])


def reseal(connection: sa.Connection, old: MasterKey, new: MasterKey) -> int:
    """Seal every secret with another master key; returns how many there are.

    Raises:
        MasterKeyError: if one does not open with the old key.
    """
    table = tables.access_keys
    rows = connection.execute(sa.select(table.c.secret_id, table.c.sealed_secret)).all()
    for secret_id, sealed in rows:
        purpose = _purpose(secret_id)
        again = new.seal(old.unseal(bytes(sealed), purpose), purpose)
        connection.execute(table.update().where(table.c.secret_id == secret_id).values(sealed_secret=again))
    return len(rows)


def _needed(master_key: MasterKey | None) -> MasterKey:
    if master_key is None:
        raise MasterKeyError("no master key is given; expected AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY")
    return master_key


def _purpose(secret_id: str) -> str:
    return f"access key {secret_id}"
