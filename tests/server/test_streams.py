"""A stopping server ends a stream that was silent between two looks at it, and no other."""

import asyncio

import pytest

from authz.errors import DrainingError
from authz.server import streams
from authz.server.streams import OpenStreams
from tests.waiting import FOREVER, until


def test_a_stream_ends_when_no_question_came_between_two_looks(monkeypatch):
    monkeypatch.setattr(streams, "_IDLE_SECONDS", FOREVER)  # this test looks, and not the clock

    async def scenario():
        questions, told, served = asyncio.Queue(), OpenStreams(), []

        async def stream():
            with told.open() as this:
                while True:
                    served.append(await this.next(questions.get()))

        serving = asyncio.ensure_future(stream())
        for question in range(5):
            await asyncio.sleep(0)
            told.drain()
            questions.put_nowait(question)
        await until(lambda: len(served) == 5)
        told.drain()
        await asyncio.sleep(0)
        assert not serving.done()
        told.drain()
        with pytest.raises(DrainingError):
            await serving
        return served

    assert asyncio.run(scenario()) == [0, 1, 2, 3, 4]
