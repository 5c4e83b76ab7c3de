"""A database as a source, on SQLite and PostgreSQL."""

import asyncio
import shutil
from dataclasses import replace

import pytest

from authz.engine.live import Engine
from authz.errors import SourceError
from authz.sources.database.source import DatabaseSource
from authz.sources.follower import Follower
from tests.sources.contract import SourceContract
from tests.sources.database.shop import DatabaseShop, author
from tests.sources.folders import allowed
from tests.sources.following import empty, granting
from tests.store.writing import write_small_account
from tests.waiting import eventually, until


@pytest.fixture
def shop(database_url):
    made = DatabaseShop(database_url)
    yield made
    made.close()


class TestContract(SourceContract):
    @pytest.fixture(params=[True, False], ids=["watched", "polled"])
    def shop(self, request, database_url):
        made = DatabaseShop(database_url, is_watched=request.param)
        yield made
        made.close()


def followed(source):
    engine = Engine()
    return engine, Follower(source, engine)


async def load(follower):
    assert await follower.load(lambda _done, _total: None, allow_broken=False) == ()


def test_a_change_comes_into_force_with_the_revision_of_the_change_log(shop):
    async def run():
        engine, follower = followed(shop.source.beneath)
        await load(follower)
        assert engine.live.revision == shop.database.revision() == 2
        task = asyncio.create_task(follower.follow())
        shop.put("a", granting(1))
        await until(lambda: engine.live.revision == 3)
        assert allowed(engine, 1)
        write_note = author("1", "CreateAccessKey")
        with shop.database.write(write_note) as writer:  # of no concern to a decision
            writer.users.update(replace(writer.users.get("1", "100001"), remark="new"))
        before = engine.live.states.find("1")
        await until(lambda: engine.live.revision == 4)
        assert engine.live.states.find("1") is before
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    shop.put("a", empty(1))
    shop.put("b", empty(2))
    asyncio.run(run())


def test_a_revision_is_not_claimed_before_everything_until_it_was_read(shop):
    shop.put("a", empty(1))
    shop.put("b", empty(2))
    source = shop.source.beneath
    first = source.read(source.survey(is_thorough=True), is_long=True)
    assert first.revision == 2
    shop.put("a", granting(1))
    shop.put("b", granting(2))
    update = source.read(["2"], is_long=False)
    assert (set(update.changed), update.revision) == ({"1", "2"}, 4)
    assert source.read(["1"], is_long=False).unchanged == {"1"}


def test_a_restored_backup_is_refused_and_what_is_in_force_stays(sqlite_url, tmp_path):
    shop = DatabaseShop(sqlite_url)
    shop.put("a", granting(1))
    file = shop.database.address.file
    shop.database.close()
    shutil.copyfile(file, tmp_path / "backup.db")
    shop.put("a", empty(1))
    source = shop.source.beneath
    assert source.read(source.survey(is_thorough=True), is_long=True).revision == 2
    shop.database.close()
    (tmp_path / "backup.db").replace(file)
    for left in ("-wal", "-shm"):
        file.with_name(file.name + left).unlink(missing_ok=True)
    with pytest.raises(SourceError, match="is at revision 1, older than 2, which was served"):
        source.survey(is_thorough=True)
    shop.close()


def test_without_copy_a_database_that_cannot_be_reached_is_an_error(tmp_path):
    source = DatabaseSource(f"postgresql://root@/authz?host={tmp_path}")
    with pytest.raises(SourceError, match="cannot reach postgresql://root@/authz"):
        source.survey(is_thorough=True)
    source.close()


class TestLastGood:
    @pytest.fixture
    def server(self, postgres):
        yield postgres
        postgres.start()

    def test_a_source_starts_from_the_copy_and_goes_on_with_the_database(self, server, postgresql_url, tmp_path):
        shop = DatabaseShop(postgresql_url, last_good=tmp_path)
        shop.put("a", granting(1))
        shop.put("b", empty(2))
        source = shop.source.beneath
        source.read(source.survey(is_thorough=True), is_long=True)
        shop.put("b", granting(2))
        source.read(["2"], is_long=False)
        eventually(lambda: source._copy.head() is not None and source._copy.head().revision == 3)
        source.close()
        server.kill()

        again = DatabaseSource(postgresql_url, last_good=tmp_path)
        keys = again.survey(is_thorough=True)
        update = again.read(keys, is_long=True)
        assert (set(update.changed), update.revision) == ({"1", "2"}, 3)
        assert all(account.users["100001"].policies for account in update.changed.values())
        with pytest.raises(SourceError, match="cannot reach"):
            again.survey(is_thorough=True)
        with pytest.raises(SourceError, match="cannot reach"):
            again.read(["1"], is_long=False)

        server.start()
        shop.put("a", empty(1))
        assert again.survey(is_thorough=True) == {"1"}
        update = again.read(["1"], is_long=False)
        assert (set(update.changed), update.revision) == ({"1"}, 4)
        again.close()
        shop.database.close()

    def test_a_copy_holds_neither_secrets_nor_what_decides_nothing(self, database_url, tmp_path):
        shop = DatabaseShop(database_url, last_good=tmp_path / "copies")
        (tmp_path / "copies").mkdir()
        shop.put("a", granting(100))
        with shop.database.write(author("100")) as writer:
            user = writer.users.get("100", "100001")
            writer.users.update(replace(user, name="bob", phone_num="13900000000"))
        write_small_account(shop.database, "100")
        source = shop.source.beneath
        update = source.read(source.survey(is_thorough=True), is_long=True)
        eventually(lambda: source._copy.head() is not None)
        (rows,) = source._copy.rows(["100"]).values()
        assert [each.phone_num for each in rows.users] == ["", ""]
        assert rows.account.revision == update.revision == source._copy.head().revision
        assert source._copy.path.stat().st_mode & 0o777 == 0o600
        shop.close()

    def test_a_database_older_than_its_copy_is_not_served(self, sqlite_url, tmp_path):
        shop = DatabaseShop(sqlite_url, last_good=tmp_path)
        shop.put("a", granting(1))
        shop.put("a", empty(1))
        source = shop.source.beneath
        source.read(source.survey(is_thorough=True), is_long=True)
        eventually(lambda: source._copy.head() is not None)
        with shop.database._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE store SET revision = 1")
        again = DatabaseSource(sqlite_url, last_good=tmp_path)
        assert again.read(again.survey(is_thorough=True), is_long=True).revision == 2
        with pytest.raises(SourceError, match="is older than revision 2, which was served before"):
            again.survey(is_thorough=True)
        again.close()
        shop.close()

    def test_a_copy_that_cannot_be_read_is_replaced(self, sqlite_url, tmp_path):
        shop = DatabaseShop(sqlite_url, last_good=tmp_path)
        shop.put("a", granting(1))
        source = shop.source.beneath
        source._copy.path.write_bytes(b"this is not a copy" * 100)
        assert set(source.read(source.survey(is_thorough=True), is_long=True).changed) == {"1"}
        eventually(lambda: not source._copy.path.exists() or source._copy.path.read_bytes()[:6] == b"SQLite")
        eventually(lambda: source._copy.head() is not None and source._copy.head().revision == 1)
        shop.close()
