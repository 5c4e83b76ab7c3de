import asyncio

from tests.load.in_process import costs


def test_every_case_is_answered_and_measured():
    found = asyncio.run(costs(runs=1, calls=40))
    assert len(found) == 5
    assert min(found.values()) > 0
