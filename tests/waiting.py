"""How tests wait: until a condition holds, with a deadline that is ample on any machine. No test measures a time."""

import asyncio
import time

DEADLINE = 60.0
"""Seconds after which what a test waits for counts as not happening; the least that any wait may have."""
BRIEF = 0.3
"""Seconds of a deadline or timer that a test means to pass. How long that really takes is of no matter."""
FOREVER = 3600.0
"""Seconds of a deadline or timer that nothing may depend on: where something did, its test would hang and be ended."""
_PAUSE_SECONDS = 0.005


def eventually(condition):
    """The first true value of `condition()`, asked again and again.

    Raises:
        AssertionError: it did not come within `DEADLINE` seconds.
    """
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(_PAUSE_SECONDS)
    return value


async def until(condition):
    """As `eventually`, while the tasks of this event loop run."""
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, "what was waited for did not happen"
        await asyncio.sleep(_PAUSE_SECONDS)
    return value


async def until_others_end():
    """Wait until this event loop has no task but the one that waits, and then for what those that ended called soon."""
    async with asyncio.timeout(DEADLINE):
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
    for _ in range(3):
        await asyncio.sleep(0)
