"""Folders that are watched one by one, where they are few, or with all that is below the root."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from authz.sources.watch import DirectoryWatch
from tests.sources.folders import NOTHING, write_account
from tests.waiting import BRIEF, DEADLINE


@asynccontextmanager
async def heard(root, few_places):
    """`heard(hint, after)` waits until that is heard, `after()` being done again and again meanwhile."""
    watch = DirectoryWatch(root, few_places)
    task = asyncio.create_task(watch.run())

    async def hear(wanted, after):
        async with asyncio.timeout(DEADLINE):
            found = set()
            while wanted not in found:
                after()
                found.add(await watch.wait(BRIEF))

    try:
        await hear(None, lambda: None)  # the watch is there
        yield hear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("accounts", [1, 3, 4, 8])
def test_few_places_and_many_are_watched(tmp_path, accounts):
    for number in range(accounts):
        write_account(tmp_path / f"a{number}", number + 1)

    async def scenario():
        async with heard(tmp_path, few_places=3) as hear:
            for number in range(accounts):
                for name in ("attachments.yaml", "policies/p.json"):
                    file = tmp_path / f"a{number}" / name
                    await hear(frozenset({f"a{number}"}), lambda file=file: file.write_bytes(file.read_bytes()))

    asyncio.run(scenario())


def test_a_folder_that_takes_anothers_place_or_comes_back_is_watched(tmp_path):
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / ".next", 1)
    file = tmp_path / "a" / "policies" / "p.json"

    def away_and_back():
        (tmp_path / "a").rename(tmp_path / ".a")
        (tmp_path / ".a").rename(tmp_path / "a")

    def exchange():
        (tmp_path / "a").rename(tmp_path / ".a")
        (tmp_path / ".next").rename(tmp_path / "a")
        (tmp_path / ".a").rename(tmp_path / ".next")

    async def scenario():
        async with heard(tmp_path, few_places=64) as hear:
            for move in (away_and_back, exchange, away_and_back, exchange):
                move()
                await hear(frozenset({"a"}), lambda: file.write_text(NOTHING))

    asyncio.run(scenario())


def test_a_folder_that_comes_later_is_watched(tmp_path):
    write_account(tmp_path / "a", 1)

    async def scenario():
        async with heard(tmp_path, few_places=64) as hear:
            file = write_account(tmp_path / "b", 2) / "policies" / "p.json"
            await hear(frozenset({"b"}), lambda: file.write_text(NOTHING))
            (tmp_path / "a" / "policies").rename(tmp_path / "a" / "p")
            (tmp_path / "a" / "policies").mkdir()
            await hear(frozenset({"a"}), (tmp_path / "a" / "policies" / "q.json").touch)

    asyncio.run(scenario())


def test_a_file_behind_a_link_to_a_hidden_folder_is_watched(tmp_path):
    file = write_account(tmp_path / ".shared", 1) / "policies" / "p.json"
    policies = write_account(tmp_path / "a", 1) / "policies"
    (policies / "p.json").unlink()
    (policies / "p.json").symlink_to(file)

    async def scenario():
        async with heard(tmp_path, few_places=64) as hear:
            await hear(frozenset({".shared"}), lambda: file.write_text(NOTHING))

    asyncio.run(scenario())


def test_links_that_lead_nowhere_are_passed_over(tmp_path):
    file = write_account(tmp_path / "a", 1) / "policies" / "p.json"
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")

    async def scenario():
        async with heard(tmp_path, few_places=64) as hear:
            await hear(frozenset({"a"}), lambda: file.write_text(NOTHING))

    asyncio.run(scenario())
