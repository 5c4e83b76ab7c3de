import asyncio

import pytest

from authz.errors import DrainingError, RevisionNotReachedError
from authz.server.revisions import RevisionFeed
from authz.v1 import authz_pb2
from tests.builders import account, engine


def told(data):
    message = authz_pb2.WatchRevisionResponse.FromString(data)
    return message.revision, list(message.accounts), message.all


def test_a_watch_tells_the_current_revision_and_every_later_one():
    async def scenario():
        live = engine(account())
        watch = RevisionFeed(live).watch()
        heard = [told(await anext(watch))]
        for revision in (2, 3):
            live.publish({"87654321": account(uin="87654321")}, (), revision)
        heard += [told(await anext(watch)), told(await anext(watch))]
        return heard

    assert asyncio.run(scenario()) == [("1", [], True), ("2", ["87654321"], False), ("3", ["87654321"], False)]


def test_a_watcher_that_reads_nothing_is_told_in_the_end_that_all_may_differ():
    async def scenario():
        live = engine(account())
        watch = RevisionFeed(live).watch()
        await anext(watch)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        for revision in range(2, 1000):
            live.publish({"12345678": account()}, (), revision)
        heard = [told(await waiting)]
        while heard[-1][0] != "999":
            heard.append(told(await anext(watch)))
        return heard

    heard = asyncio.run(scenario())
    assert len(heard) < 300
    assert any(every for _, _, every in heard)
    assert [int(revision) for revision, _, _ in heard] == sorted(int(revision) for revision, _, _ in heard)


def test_a_watch_ends_when_the_server_stops():
    async def scenario():
        feed = RevisionFeed(engine(account()))
        watch = feed.watch()
        await anext(watch)
        feed.drain()
        await anext(watch)

    with pytest.raises(DrainingError):
        asyncio.run(scenario())


def test_a_revision_that_is_in_force_is_not_waited_for():
    asyncio.run(RevisionFeed(engine(account())).reached(1, 0))


def test_a_revision_is_waited_for_until_it_is_published():
    async def scenario():
        live = engine(account())
        feed = RevisionFeed(live)
        waiting = asyncio.ensure_future(feed.reached(3, 5))
        for revision in (2, 3):
            await asyncio.sleep(0)
            assert not waiting.done()
            live.publish({}, (), revision)
        await waiting

    asyncio.run(scenario())


@pytest.mark.parametrize("drains", [False, True])
def test_a_revision_that_does_not_come_is_given_up(drains):
    async def scenario():
        feed = RevisionFeed(engine(account()))
        waiting = asyncio.ensure_future(feed.reached(2, 30 if drains else 0.01))
        await asyncio.sleep(0)
        if drains:
            feed.drain()
        await waiting

    with pytest.raises(RevisionNotReachedError):
        asyncio.run(scenario())
