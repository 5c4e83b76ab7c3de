"""A pass of the event loop, and what is allowed in it."""

import asyncio

import pytest

from authz.server.allowance import Allowance


async def taken(allowance, tries, callbacks):
    """How many were allowed, of so many tries in each of several callbacks of one pass."""
    loop, allowed, done = asyncio.get_running_loop(), [], loop_future()

    def read():
        allowed.extend(allowance.take() for _ in range(tries))

    for _ in range(callbacks):
        loop.call_soon(read)
    loop.call_soon(done.set_result, None)
    await done
    return sum(allowed)


def loop_future():
    return asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("most", [1, 10, 63])
def test_all_that_share_it_are_allowed_so_many_in_a_pass_and_again_in_the_next(most):
    async def scenario():
        allowance = Allowance(most)
        return [await taken(allowance, most, 3) for _ in range(3)]

    assert asyncio.run(scenario()) == [most] * 3


def test_no_pass_has_more_and_none_much_less_although_small_ones_are_not_noticed():
    async def scenario():
        allowance = Allowance(1000)
        found = []
        for small in range(30):
            for _ in range(small):
                assert await taken(allowance, 1, 1) == 1
            found.append(await taken(allowance, 700, 2))
        return found

    found = asyncio.run(scenario())
    assert (max(found), min(found)) == (1000, 985)


def test_a_loop_with_little_to_do_is_not_woken():
    async def scenario():
        allowance = Allowance(1000)
        allowance.take()
        return len(asyncio.get_running_loop()._ready)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        assert runner.run(scenario()) == 0
