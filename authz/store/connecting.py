"""Opens connections as each database needs them, and translates its errors into those of the store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc

from authz.store.address import DatabaseAddress
from authz.store.errors import ConflictError, StoreError, UnusableValueError

BUSY_SECONDS = 30.0
"""For the lock of writers, which are served one after another; then the write fails and nothing of it is kept."""
_ALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon PostgreSQL counts as gone, in seconds and for the last one milliseconds; the URL may say otherwise."""
_POOL = {"pool_size": 5, "max_overflow": 15, "pool_timeout": 30.0}
_BEGIN = "authz_begin"
READING: dict[str, dict[str, Any]] = {
    "sqlite": {_BEGIN: "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {_BEGIN: "BEGIN IMMEDIATE"},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}


def make_engine(address: DatabaseAddress) -> sa.Engine:
    """A pool of connections; none is opened yet."""
    common: dict[str, Any] = {"hide_parameters": True, "insertmanyvalues_page_size": 1000, **_POOL}
    if address.file is not None:
        file = address.file
        engine = sa.create_engine("sqlite://", creator=lambda: _open_sqlite(file), poolclass=sa.QueuePool, **common)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    arguments = {name: value for name, value in _ALIVE.items() if name not in address.url.query}
    engine = sa.create_engine(address.url, connect_args=arguments, **common)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _open_sqlite(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(file))}?mode=rw", uri=True, timeout=BUSY_SECONDS, check_same_thread=False
    )
    connection.isolation_level = None  # transactions begin as the store says, not as the driver guesses
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    before, connection.autocommit = connection.autocommit, True
    connection.execute(f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.autocommit = before


def is_lost(error: BaseException) -> bool:
    """Whether the connection was gone, so that another one may do better."""
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


@contextmanager
def translated(address: DatabaseAddress) -> Iterator[None]:
    """Translate errors of the database into those of the store, without values and without the statement.

    Raises:
        ConflictError: if a constraint is broken.
        UnusableValueError: if a number is too large, or a text has characters that no database can hold.
        StoreError: if the database cannot be reached, is busy for too long, or fails.
    """
    try:
        yield
    except exc.IntegrityError as error:
        raise ConflictError("", f"{address.shown} refuses the change: {_kind(error)}") from None
    except (exc.DataError, OverflowError, UnicodeEncodeError):
        raise UnusableValueError("a number is too large, or a text has characters that cannot be stored") from None
    except exc.TimeoutError:
        raise StoreError(f"{address.shown} is busy: all connections are in use") from None
    except exc.DBAPIError as error:
        is_lost_or_never_reached = error.connection_invalidated or error.statement is None
        verb = "reach" if is_lost_or_never_reached else "use"
        raise StoreError(f"cannot {verb} {address.shown}: {_reason(error)}") from None


def _kind(error: exc.DBAPIError) -> str:
    """What constraint was broken, without the values that broke it."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None and diagnostics.constraint_name:
        return f"it breaks {diagnostics.constraint_name}"
    return str(error.orig).splitlines()[0] if isinstance(error.orig, sqlite3.Error) else "it breaks a constraint"


def _reason(error: exc.DBAPIError) -> str:
    """The first line of what the database says, if it can hold no values; else its kind."""
    text = str(error.orig).strip()
    if isinstance(error, exc.OperationalError | exc.InterfaceError) and text:
        return text.splitlines()[0]
    state = getattr(error.orig, "sqlstate", None)
    return f"{type(error.orig).__name__}{f' ({state})' if state else ''}"
