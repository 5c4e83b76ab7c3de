"""Fixtures of the control plane: a plane on SQLite, and one on each database."""

import pytest
from argon2 import PasswordHasher

from authz.control import passwords
from authz.store.database import Database
from authz.store.secrets import MasterKey
from tests.control.planes import new_plane


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """Hashes of argon2 that cost next to nothing; test_passwords makes those of the product."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)


@pytest.fixture
def master_key():
    return MasterKey(bytes(range(32)))


@pytest.fixture
def plane(tmp_path, master_key):
    """A control plane on SQLite."""
    database = Database.open(f"sqlite:///{tmp_path}/control.db", master_key, create=True)
    yield new_plane(database)
    database.close()


@pytest.fixture
def any_plane(database_url, master_key):
    """A control plane on SQLite, and one on PostgreSQL."""
    database = Database.open(database_url, master_key)
    yield new_plane(database)
    database.close()
