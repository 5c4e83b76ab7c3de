import asyncio
import itertools

from authz.sources.gradual_free import GradualFree


class Part:
    def __init__(self, gone):
        self._gone = gone

    def __del__(self):
        self._gone.append(1)


def test_parts_go_a_few_at_a_time_and_others_get_their_turn_in_between():
    gone, seen = [], []

    async def scenario():
        parts = [Part(gone) for _ in range(200)]
        GradualFree().add(parts)
        assert parts == []
        while len(gone) < 200:
            seen.append(len(gone))
            await asyncio.sleep(0)

    asyncio.run(scenario())
    assert seen[0] == 0
    assert max(after - before for before, after in itertools.pairwise(seen)) < 100


def test_what_comes_later_goes_too():
    gone = []

    async def scenario():
        freeing = GradualFree()
        for _ in range(2):
            freeing.add([Part(gone)])
            for _ in range(3):
                await asyncio.sleep(0)

    asyncio.run(scenario())
    assert len(gone) == 2
