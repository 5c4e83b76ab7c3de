"""What waits beyond a shedder is refused, until all is done that waited with its first use."""

import asyncio

from authz.http2.fair_queue import FairQueue
from authz.server.load_shedder import LoadShedder


def test_calls_are_accepted_again_when_all_is_done_that_waited_with_its_first_use():
    async def scenario():
        waiting, found = FairQueue(seconds=(0.0, 0.0)), {"a": [], "b": [], "c": []}
        shedder = LoadShedder(3, waiting)

        def work(name, pieces):
            def piece(_end):
                found[name].append(shedder.accepts())
                return len(found[name]) < pieces

            waiting.wait(piece)

        work("a", 4)
        work("b", 1)
        await asyncio.sleep(0)
        work("c", 6)
        for _ in range(20):
            await asyncio.sleep(0)
        return found

    found = asyncio.run(scenario())
    assert found["a"] == [True, True, False, False]
    assert found["b"] == [True]
    assert found["c"] == [False, True, True, True, False, False]  # those after the first when a and b were done


def test_each_connection_has_one_call_accepted_whatever_the_others_send():
    async def scenario():
        queue = FairQueue()
        shedder = LoadShedder(2, queue)
        queue.wait(lambda _end: False)
        return [shedder.accepts(key) for key in ("a", "a", "a", "b", "b", "c")]

    assert asyncio.run(scenario()) == [True, True, False, True, False, True]


def test_with_none_allowed_every_call_is_refused():
    assert [LoadShedder(0, FairQueue()).accepts(key) for key in ("a", "b")] == [False, False]
