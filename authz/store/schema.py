"""The version of a database's schema: made, brought up to date, and checked when it is opened."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import exc

from authz.store.address import DatabaseAddress, parse_address
from authz.store.connecting import WRITING, make_engine, translated
from authz.store.errors import SchemaError, StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
"""The version that this program works with; the last one in the folder of migrations."""
_LOCK = 0x617574687A  # of those who migrate a PostgreSQL database, one after another


def migrate(url: str) -> bool:
    """Bring a database's schema to the version of this program, in one transaction; whether anything was to be done.

    Raises:
        StoreError: if the database cannot be reached.
        SchemaError: if its version is one that this program does not know, such as a newer one.
    """
    return _migrate(parse_address(url), is_empty_only=False)


def create(address: DatabaseAddress) -> bool:
    """Make the schema in an empty database, and the file of an SQLite one; whether that was to be done.

    Raises:
        StoreError: if the database cannot be reached or made.
    """
    if address.file is not None:
        _touch(address.file)
    return _migrate(address, is_empty_only=True)


def check(connection: sa.Connection, address: DatabaseAddress) -> None:
    """Make sure that the schema is of this program's version.

    Raises:
        SchemaError: naming what to do.
    """
    found = _version(connection)
    if found != HEAD:
        raise _mismatch(found, address)


def explained(error: BaseException, address: DatabaseAddress) -> BaseException:
    """The error of a first statement; if that is so because there is no schema, one that says so."""
    missing = isinstance(error, exc.OperationalError | exc.ProgrammingError) and (
        "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "42P01"
    )
    return _mismatch(None, address) if missing else error


def _mismatch(found: str | None, address: DatabaseAddress) -> SchemaError:
    has = "no schema" if found is None else f"a schema of version {found}"
    return SchemaError(
        f"{address.shown} has {has}; expected version {HEAD}: run `authz control migrate {address.shown}`"
    )


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _touch(file: Path) -> None:
    """Make the file readable by its owner alone: it holds hashes of passwords."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"cannot make {file}: {error.strerror}") from None


def _migrate(address: DatabaseAddress, *, is_empty_only: bool) -> bool:
    if address.file is not None and not address.file.exists():
        raise StoreError(f"there is no file {address.file}; `authz control init {address.shown}` makes the database")
    engine = make_engine(address)
    try:
        with translated(address), engine.connect() as connection:
            connection.execution_options(**WRITING[address.dialect])
            if address.file is None:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            else:
                connection.begin()
            found = _version(connection)
            if found == HEAD or (is_empty_only and found is not None):
                return False
            _upgrade(connection, found, address)
            connection.commit()
            return True
    finally:
        engine.dispose()


def _upgrade(connection: sa.Connection, found: str | None, address: DatabaseAddress) -> None:
    # Imported late: only a migration needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(configuration(connection), HEAD)
    except CommandError:
        raise _mismatch(found, address) from None


def configuration(connection: sa.Connection) -> "Config":
    """What Alembic needs to know to work on a connection that is in a transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
