"""The event loop of a server: uvloop if it is installed, else that of asyncio."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec


def fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The factory of uvloop's event loops, or None if uvloop is missing; the extra `fast` installs it."""
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory


def run(main: Coroutine[None, None, None], *, use_fastest: bool = True) -> None:
    """Run `main` on a new event loop until it ends."""
    with asyncio.Runner(loop_factory=fastest_loop() if use_fastest else None) as runner:
        runner.run(main)


async def unless_stopped(work: Coroutine[None, None, None], stop: asyncio.Event) -> bool:
    """Run `work`, but cancel it once `stop` is set; return whether it was completed."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    if not tasks[0].done():
        tasks[0].cancel()
        return False
    tasks[1].cancel()
    await tasks[0]
    return True
