"""The version of the schema, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from authz.store.database import Database
from authz.store.errors import SchemaError, StoreError
from authz.store.schema import HEAD, configuration, migrate
from authz.store.tables import metadata


def test_the_head_is_the_last_step(empty):
    with empty.read() as reader:
        assert ScriptDirectory.from_config(configuration(reader.connection)).get_current_head() == HEAD


def test_the_steps_make_what_the_tables_say(empty):
    with empty.read() as reader:
        context = MigrationContext.configure(reader.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_schema_is_made_once(database_url):
    assert not migrate(database_url)


@pytest.fixture
def bare_url(request, database_url, tmp_path):
    """The URL of a database without a schema."""
    if database_url.startswith("postgresql"):
        return request.getfixturevalue("postgres").make_database()
    (tmp_path / "bare.db").touch()
    return f"sqlite:///{tmp_path}/bare.db"


def test_a_database_without_schema_is_refused_and_then_migrated(bare_url):
    with pytest.raises(SchemaError, match="has no schema; expected version"):
        Database.open(bare_url)
    assert migrate(bare_url)
    Database.open(bare_url).close()


def test_a_database_of_another_version_is_refused(database_url, empty):
    with empty.read() as reader:
        pass
    with empty._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="has a schema of version 9999; expected version"):
        Database.open(database_url)
    with pytest.raises(SchemaError, match="has a schema of version 9999"):
        migrate(database_url)
    assert reader.revision == 0


def test_opening_makes_an_sqlite_file_for_its_owner_alone(tmp_path):
    file = tmp_path / "new.db"
    Database.open(f"sqlite:///{file}", create=True).close()
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreError, match="cannot make"):
        Database.open(f"sqlite:///{tmp_path}/none/new.db", create=True)
