"""Notices that a database changed, as soon as another transaction is committed."""

import sqlite3
from typing import Any

import psycopg
import sqlalchemy as sa

from authz.store.change_log import CHANNEL_NAME
from authz.store.errors import StoreError


class Listener:
    """Listens to a PostgreSQL database: its file descriptor is readable when there may be a change."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL_NAME}")

    def fileno(self) -> int:
        """The file descriptor of the connection."""
        return int(self._connection.fileno())

    def changed(self) -> frozenset[str]:
        """The accounts that changed since the last call; it does not wait.

        Raises:
            StoreError: if the connection is lost.
        """
        found = set()
        try:
            protocol = self._connection.pgconn
            protocol.consume_input()
            while (notification := protocol.notifies()) is not None:
                found.add(notification.extra.decode())
        except psycopg.Error as error:
            raise StoreError(f"the connection that listens to changes is lost: {str(error).strip()}") from None
        return frozenset(found)

    def close(self) -> None:
        """Listen no longer."""
        self._connection.close()


class VersionProbe:
    """Asks an SQLite database for the number of its content; it costs some microseconds, and no file is watched."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = self._read()

    def has_changed(self) -> bool:
        """Whether another connection committed something since the last call.

        Raises:
            StoreError: if the file cannot be read.
        """
        before, self._version = self._version, self._read()
        return before != self._version

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read(self) -> int:
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise StoreError(f"cannot read the version of the database: {error}") from None


def open_watch(engine: sa.Engine) -> Listener | VersionProbe:
    """A watch on a connection that leaves the pool."""
    pooled = engine.raw_connection()
    connection: Any = pooled.dbapi_connection
    pooled.detach()
    return Listener(connection) if engine.dialect.name == "postgresql" else VersionProbe(connection)
