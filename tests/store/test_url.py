"""A source is a database or a directory."""

from pathlib import Path

from authz.store.url import DatabaseUrl, is_database_url


def test_a_directory_is_not_a_database():
    assert is_database_url("postgresql://h/d")
    assert is_database_url("sqlite:///a.db")
    assert not is_database_url("./sqlite")


def test_a_url_shows_no_password():
    url = DatabaseUrl("postgresql://me:secret@host:5432/db")
    assert str(url) == "postgresql://me:***@host:5432/db"
    assert "secret" not in repr(url)
    assert str(DatabaseUrl("postgresql://me@host/db")) == "postgresql://me@host/db"


def test_an_sqlite_url_names_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert DatabaseUrl("sqlite:///a.db").file == tmp_path / "a.db"
    assert DatabaseUrl("sqlite:////x/a.db").file == Path("/x/a.db")
    assert DatabaseUrl("postgresql://me@host/db").file is None
