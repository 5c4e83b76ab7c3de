"""Connections of both databases, and how their errors are reported."""

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from authz.store.address import parse_address
from authz.store.connecting import make_engine, translated
from authz.store.errors import ConflictError, StoreError

SECRET = "value-of-a-column"


@pytest.fixture
def engine(database_url):
    engine = make_engine(parse_address(database_url))
    yield engine
    engine.dispose()


def test_an_sqlite_connection_keeps_what_is_committed_and_checks_foreign_keys(sqlite_url):
    engine = make_engine(parse_address(sqlite_url))
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]
    engine.dispose()


def test_errors_hold_neither_values_nor_statements(engine, database_url):
    address = parse_address(database_url)
    statements = (
        ("INSERT INTO counters (name, next) VALUES (:name, NULL)", ConflictError),
        ("SELECT 1 FROM no_such_table WHERE :name = 'x'", StoreError),
        ("SELECT CAST(:name AS INTEGER) / 0 FROM store, no_such", StoreError),
    )
    for statement, kind in statements:
        with pytest.raises(kind) as caught, translated(address), engine.begin() as connection:
            connection.execute(sa.text(statement), {"name": SECRET})
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_pool_that_is_exhausted_is_reported_as_busy(sqlite_url):
    with pytest.raises(StoreError, match="is busy: all connections are in use"), translated(parse_address(sqlite_url)):
        raise exc.TimeoutError
