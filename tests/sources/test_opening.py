"""A source is opened by its address."""

from pathlib import Path

import pytest

from authz.errors import SourceError
from authz.sources.directory.source import DirectorySource
from authz.sources.opening import database_driver, folder_beside, open_source, parse_source
from authz.store.url import DatabaseUrl


def test_a_url_is_a_database_and_all_else_a_directory(tmp_path):
    assert parse_source("sqlite:///a.db") == DatabaseUrl("sqlite:///a.db")
    assert parse_source(str(tmp_path)) == tmp_path
    source = open_source(tmp_path, is_watched=False)
    assert isinstance(source, DirectorySource)
    source.close()


def test_a_malformed_url_is_an_error_of_the_source():
    with pytest.raises(SourceError, match=r"expected sqlite:///relative\.db"):
        open_source(DatabaseUrl("sqlite://"), is_watched=False)


def test_a_missing_driver_is_named_with_its_extra():
    with pytest.raises(SourceError, match="needs the extra `control`, of which psycopg is missing"), database_driver():
        raise ModuleNotFoundError(name="psycopg")


def test_the_last_good_copy_is_beside_an_sqlite_file_by_default():
    assert folder_beside(DatabaseUrl("sqlite:////x/a.db")) == Path("/x")
    assert folder_beside(DatabaseUrl("postgresql://host/db")) is folder_beside(Path("x")) is None
