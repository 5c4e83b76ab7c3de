"""Signals that a database changed."""

import asyncio
import shutil

import pytest

from authz.sources.database.signals import Signals
from authz.sources.directory.inotify import Inotify
from authz.store.database import Database
from authz.store.errors import StoreError
from authz.store.records import AccountRecord
from tests.store.writing import ROOT, author
from tests.waiting import DEADLINE, until


@pytest.fixture
def database(database_url):
    database = Database.open(database_url)
    yield database
    database.close()


def write(database, number):
    with database.write(author("CreateAccount")) as writer:
        record = AccountRecord(ROOT, str(number))
        if number:
            writer.accounts.update(record)
        else:
            writer.accounts.add(record)


async def each_commit_signals(database, times):
    signals = Signals(database)
    try:
        for number in range(times):
            waiting = asyncio.create_task(signals.next())
            await asyncio.sleep(0)
            assert not waiting.done()
            await asyncio.to_thread(write, database, number)
            async with asyncio.timeout(DEADLINE):
                await waiting
    finally:
        signals.close()


def test_each_commit_is_signalled(database):
    asyncio.run(each_commit_signals(database, 20))


def test_each_commit_is_signalled_without_file_events_too(database, monkeypatch):
    def refuse(_self):
        raise OSError

    monkeypatch.setattr(Inotify, "__init__", refuse)
    asyncio.run(each_commit_signals(database, 5))


def test_a_commit_between_two_waits_is_signalled(database):
    async def run():
        signals = Signals(database)
        for number in range(5):
            await asyncio.to_thread(write, database, number)
            async with asyncio.timeout(DEADLINE):
                await signals.next()
        signals.close()

    asyncio.run(run())


def test_a_lost_connection_is_an_error(postgres, postgresql_url):
    async def run():
        database = Database.open(postgresql_url)
        signals = Signals(database)
        waiting = asyncio.create_task(signals.next())
        await asyncio.sleep(0)
        await asyncio.to_thread(postgres.kill)
        await until(waiting.done)
        with pytest.raises(StoreError, match="the connection that listens to changes is lost"):
            waiting.result()
        signals.close()
        database.close()
        await asyncio.to_thread(postgres.start)

    asyncio.run(run())


def test_a_file_that_is_replaced_is_an_error(sqlite_url, tmp_path):
    async def run():
        database = Database.open(sqlite_url)
        signals = Signals(database)
        waiting = asyncio.create_task(signals.next())
        await asyncio.sleep(0)
        shutil.copyfile(database.address.file, tmp_path / "other.db")
        (tmp_path / "other.db").replace(database.address.file)
        await until(waiting.done)
        with pytest.raises(StoreError, match="another file took the place of the database"):
            waiting.result()
        signals.close()
        assert database.revision() == 0
        database.close()

    asyncio.run(run())
