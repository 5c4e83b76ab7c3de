"""A source is a database or a directory."""

from authz.store.url import is_database_url


def test_a_directory_is_not_a_database():
    assert is_database_url("postgresql://h/d")
    assert is_database_url("sqlite:///a.db")
    assert not is_database_url("./sqlite")
