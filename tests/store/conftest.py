"""Fixtures of the store's contract suite: each test runs on SQLite and on PostgreSQL."""

import pytest

from authz.store.database import Database
from authz.store.records import AccountRecord
from authz.store.secrets import MasterKey
from tests.store.writing import ROOT, author


@pytest.fixture
def master_key():
    return MasterKey(bytes(range(32)))


@pytest.fixture
def empty(database_url, master_key):
    """A database without an account."""
    database = Database.open(database_url, master_key)
    yield database
    database.close()


@pytest.fixture
def database(empty):
    """A database with one account."""
    with empty.write(author("CreateAccount")) as writer:
        writer.accounts.add(AccountRecord(ROOT, "1250000000", created_at=1.5))
    return empty
