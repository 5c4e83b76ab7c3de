"""Loads a directory into an engine from a thread of its own, where no event loop of the program is in the way."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from authz.engine.live import Engine
from authz.errors import InvalidAccountError
from authz.sources.directory import DirectorySource
from authz.sources.follower import Follower
from authz.sources.watch import DirectoryWatch


class DirectoryLoader:
    """Its thread ends after the load, or when it is closed if it is to follow what changes afterwards."""

    def __init__(self, path: Path, engine: Engine, *, follow: bool) -> None:
        self._path = path
        self._follower = Follower(DirectorySource(path), engine)
        self._follows = follow
        self._loaded: Future[None] = Future()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._thread = threading.Thread(target=self._run, name="authz-follow", daemon=True)

    def load(self) -> None:
        """Start, and return when everything is in force.

        Raises:
            SourceError: if the directory cannot be read, or holds no account.
            InvalidAccountError: with every problem, if an account is broken.
        """
        self._thread.start()
        try:
            self._loaded.result()
        finally:
            if not self._follows or self._loaded.exception() is not None:
                self._thread.join()

    def close(self) -> None:
        """End the thread and wait for it."""
        if self._running is not None and self._thread.is_alive():
            loop, stop = self._running
            with suppress(RuntimeError):  # the loop closed meanwhile
                loop.call_soon_threadsafe(stop.set)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        stop = asyncio.Event()
        self._running = (asyncio.get_running_loop(), stop)
        try:
            await self._load()
        except BaseException as error:  # noqa: BLE001 - raised where the load was asked for
            self._loaded.set_exception(error)
            return
        self._loaded.set_result(None)
        if self._follows:
            await self._follow(stop)

    async def _load(self) -> None:
        problems = await self._follower.load(lambda _done, _total: None, allow_broken=False)
        if problems:
            raise InvalidAccountError(problems)

    async def _follow(self, stop: asyncio.Event) -> None:
        watch = DirectoryWatch(self._path)
        work: list[Coroutine[Any, Any, None]] = [self._follower.follow(watch.wait), watch.run()]
        tasks = [asyncio.create_task(each) for each in work]
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
