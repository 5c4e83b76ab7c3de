"""Fixtures of the commands that manage a database by hand."""

import pytest

from authz.store.secrets import MasterKey
from tests.cli.databases import run, with_example


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("AUTHZ_ON", "AUTHZ_MASTER_KEY", "AUTHZ_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def url(sqlite_url, tmp_path, monkeypatch):
    """A database with the example and a key file, which all commands work on."""
    MasterKey.create(tmp_path / "authz.db.key")
    monkeypatch.setenv("AUTHZ_ON", sqlite_url)
    return with_example(sqlite_url)


@pytest.fixture
def any_url(database_url, tmp_path, monkeypatch):
    """The same on both databases."""
    MasterKey.create(tmp_path / "key")
    monkeypatch.setenv("AUTHZ_MASTER_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("AUTHZ_ON", database_url)
    return with_example(database_url)


@pytest.fixture
def refused():
    """Runs a command that is refused; its one line."""

    def run_refused(*arguments):
        result = run(*arguments, status=2)
        assert result.stderr.startswith("authz: "), result.stderr
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr.removeprefix("authz: ").rstrip("\n")

    return run_refused
