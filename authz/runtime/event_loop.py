"""The event loop that a server runs on, uvloop where it is installed."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec


def fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The factory of uvloop's loops, or None for asyncio's own; install the extra `fast` to have uvloop."""
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return factory


def run(main: Coroutine[None, None, None], *, use_fastest: bool = True) -> None:
    """Run `main` to its end on a new loop."""
    with asyncio.Runner(loop_factory=fastest_loop() if use_fastest else None) as runner:
        runner.run(main)


async def unless_stopped(work: Coroutine[None, None, None], stop: asyncio.Event) -> bool:
    """Do the work, or give it up when `stop` comes first; whether it was done."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    if not tasks[0].done():
        tasks[0].cancel()
        return False
    tasks[1].cancel()
    await tasks[0]
    return True
