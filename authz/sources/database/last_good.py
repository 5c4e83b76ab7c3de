"""The last good accounts of a database, on disk: what a sidecar starts from while the database is down.

It is an SQLite file of its own, which several sidecars may share: each adds what is newer than what is there. It holds
only what decides: no keys, passwords, remarks, phone numbers or mail addresses.
"""

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from authz.errors import SourceError
from authz.store.account_rows import AccountRows, rows_of
from authz.store.records import RECORDS, from_plain, to_plain

_FORMAT = 1
_BUSY_SECONDS = 10.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS copy (id INTEGER PRIMARY KEY, format INTEGER, identity TEXT, revision INTEGER, at)",
    "CREATE TABLE IF NOT EXISTS accounts (uin TEXT PRIMARY KEY, revision INTEGER, rows BLOB)",
)
_KINDS = {kind.entity: kind for kind in RECORDS}


class CopyHead(NamedTuple):
    """Of which database a copy is (its identity), as of which revision, and when it was written (since the epoch)."""

    identity: str
    revision: int
    written_at: float


class LastGoodCopy:
    """The copy of one database in a folder; `shown_url` is its URL without a password."""

    def __init__(self, folder: Path, shown_url: str) -> None:
        name = hashlib.blake2b(shown_url.encode(), digest_size=6).hexdigest()
        self.path = folder / f"last-good-{name}.db"

    def head(self) -> CopyHead | None:
        """What the copy is of; None if there is none.

        Raises:
            SourceError: if it cannot be read.
        """
        if not self.path.exists():
            return None
        with self._connected() as connection:
            return self._head(connection)

    def revisions(self) -> dict[str, int]:
        """The accounts of the copy by uin, each with the revision of its last good version.

        Raises:
            SourceError: if it cannot be read.
        """
        with self._connected() as connection:
            return dict(connection.execute("SELECT uin, revision FROM accounts").fetchall())

    def rows(self, uins: Collection[str]) -> dict[str, AccountRows]:
        """The rows of those of these accounts that the copy has.

        Raises:
            SourceError: if they cannot be read.
        """
        with self._connected() as connection:
            found = (connection.execute("SELECT uin, rows FROM accounts WHERE uin = ?", (uin,)) for uin in uins)
            return {uin: _unpacked(packed) for cursor in found for uin, packed in cursor}

    def discard(self) -> None:
        """Remove the copy, such as one that cannot be read.

        Raises:
            SourceError: if it cannot be removed.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise SourceError(f"cannot remove the last good copy {self.path}: {error.strerror}") from None

    def write(
        self,
        identity: str,
        revision: int,
        changed: Iterable[AccountRows],
        removed: Collection[str],
        *,
        since: int | None,
    ) -> bool:
        """Add what changed until a revision, in one transaction; what others wrote and is newer stays.

        `since` is the revision that the changes follow, None if they are all accounts. False, and nothing is written,
        if the copy is older than that, so that all accounts are needed.

        Raises:
            SourceError: if it cannot be written.
        """
        self._touch()
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            head = self._head(connection)
            known = head.revision if head is not None and head.identity == identity else -1
            if since is not None and known < since:
                connection.execute("ROLLBACK")
                return False
            if since is None and known < revision:
                connection.execute("DELETE FROM accounts")
            self._put(connection, revision, changed, removed)
            latest = max(revision, known)
            values = (1, _FORMAT, identity, latest, time.time())
            connection.execute("INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?)", values)
            connection.execute("COMMIT")
        return True

    @staticmethod
    def _put(
        connection: sqlite3.Connection, revision: int, changed: Iterable[AccountRows], removed: Collection[str]
    ) -> None:
        connection.executemany(
            "INSERT INTO accounts VALUES (?, ?, ?) ON CONFLICT (uin) DO UPDATE SET revision = excluded.revision, "
            "rows = excluded.rows WHERE excluded.revision > accounts.revision",
            ((rows.account.uin, rows.account.revision, _packed(rows)) for rows in changed),
        )
        connection.executemany(
            "DELETE FROM accounts WHERE uin = ? AND revision <= ?", ((uin, revision) for uin in removed)
        )

    def _head(self, connection: sqlite3.Connection) -> CopyHead | None:
        head = connection.execute("SELECT format, identity, revision, at FROM copy").fetchone()
        if head is None:
            return None
        if head[0] != _FORMAT:
            raise SourceError(f"{self.path} has format {head[0]}; expected {_FORMAT}: delete it")
        return CopyHead(*head[1:])

    def _touch(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise SourceError(f"cannot write the last good copy {self.path}: {error.strerror}") from None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            with closing(connection):
                for table in _TABLES:
                    connection.execute(table)
                yield connection
        except sqlite3.Error as error:
            raise SourceError(f"cannot use the last good copy {self.path}: {error}") from None


def _packed(rows: AccountRows) -> bytes:
    """The rows, compressed, without what decides nothing; the account's revision is added, which no record holds."""
    records = [
        [record.entity, to_plain(record)]
        for record in replace(
            rows,
            users=tuple(replace(user, remark="", phone_num="", country_code="", email="") for user in rows.users),
        ).records()
    ]
    text = json.dumps([rows.account.revision, records], ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def _unpacked(packed: bytes) -> AccountRows:
    try:
        revision, records = json.loads(zlib.decompress(packed))
        rows = rows_of(from_plain(_KINDS[entity], values) for entity, values in records)
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"the last good copy is damaged: {error!r}; delete it") from None
    if rows is None:
        raise SourceError("the last good copy is damaged: an account lacks its own row; delete it")
    return replace(rows, account=replace(rows.account, revision=revision))
