"""Ways to ask that both clients share, so that one test speaks for the two of them."""

import asyncio
import time
from contextlib import contextmanager

from authz.client import AsyncClient, Client
from tests.waiting import DEADLINE

ALLOW_SEND = [{"effect": "allow", "action": "sms:SendSms", "resource": "*"}]


class AsyncInDisguise:
    """An AsyncClient that a plain test may call."""

    def __init__(self, runner, client):
        self._runner = runner
        self._client = client

    def __getattr__(self, name):
        method = getattr(self._client, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def call(*arguments, **options):
            return await method(*arguments, **options)

        return lambda *arguments, **options: self._runner.run(call(*arguments, **options))

    def pause(self, seconds):
        """Let the client's own tasks run."""
        self._runner.run(asyncio.sleep(seconds))


class BlockingInDisguise:
    """A Client with the pause that its twin needs."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def pause(self, seconds):
        time.sleep(seconds)


@contextmanager
def asyncio_client(target, **options):
    with asyncio.Runner() as runner:
        client = AsyncClient(target, **{"timeout": DEADLINE, **options})
        runner.run(client.__aenter__())
        try:
            yield AsyncInDisguise(runner, client)
        finally:
            runner.run(client.close())


@contextmanager
def ungathered_client(target, **options):
    with asyncio_client(target, gather=False, **options) as client:
        yield client


@contextmanager
def blocking_client(target, **options):
    with Client(target, **{"timeout": DEADLINE, **options}) as client:
        yield BlockingInDisguise(client)


CLIENTS = [asyncio_client, ungathered_client, blocking_client]


def until(client, condition):
    """The first true value of `condition()`, while the client's tasks run."""
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, "what was waited for did not happen"
        client.pause(0.01)
    return value
