"""Loads a source into an engine from a thread of its own, independent of the event loops of the program."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from authz.engine.live import Engine
from authz.errors import InvalidAccountError
from authz.runtime.fork_safety import REST_SECONDS, on_fork
from authz.sources.follower import Follower
from authz.sources.opening import SourceAddress, open_source


class SourceLoader:
    """Its thread ends after the load, or when it is closed if it is to follow what changes afterwards.

    It rests while the process forks. Then parent and child each follow, with a thread of their own. Should that fail,
    the engine decides nothing any more, rather than by what may have been revoked.
    """

    def __init__(self, address: SourceAddress, engine: Engine, *, follow: bool) -> None:
        self._address = address
        self._engine = engine
        self._source = open_source(address, is_watched=follow)
        self._follower = Follower(self._source, engine)
        self._follows = follow
        self._is_stopping = False
        self._is_at_rest = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._thread: threading.Thread | None = None

    def load(self) -> None:
        """Start, and return when everything is in force.

        Raises:
            SourceError: if the source cannot be read, or holds no account.
            InvalidAccountError: with every problem, if an account is broken.
        """
        loaded: Future[None] = Future()
        thread = self._start(loaded)
        try:
            loaded.result()
        finally:
            if not self._follows or loaded.exception() is not None:
                thread.join()
                self._source.close()
            else:
                on_fork(self)

    def close(self) -> None:
        """End the thread and wait for it."""
        self._follows = False
        self._stop()
        self._source.close()

    def before_fork(self) -> None:
        """Follow no longer."""
        self._is_at_rest = self._stop(REST_SECONDS)
        if self._is_at_rest and not isinstance(self._address, Path):
            self._source.close()  # parent and child each connect anew

    def after_fork_in_parent(self) -> None:
        """Follow again."""
        self._is_at_rest = False
        if self._follows:
            self._start(None)

    def after_fork_in_child(self) -> None:
        """Follow too; from the start, unless what is known of the files is known to be whole."""
        if not self._is_at_rest:
            self._source.close()
            self._source = open_source(self._address, is_watched=True)
            self._follower = Follower(self._source, self._engine)
        self.after_fork_in_parent()

    def _start(self, loaded: "Future[None] | None") -> threading.Thread:
        arguments = loaded, self._thread
        self._is_stopping, self._running = False, None
        thread = self._thread = threading.Thread(target=self._run, args=arguments, name="authz-follow", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there may be no more threads
            self._engine.withdraw()
            raise
        return thread

    def _stop(self, seconds: float | None = None) -> bool:
        """End the thread; whether it did, within these seconds if any are given."""
        self._is_stopping = True
        if self._running is not None:
            loop, stop = self._running
            with suppress(RuntimeError):  # the loop closed meanwhile
                loop.call_soon_threadsafe(stop.set)
        if self._thread is None or self._thread is threading.current_thread():
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self, loaded: "Future[None] | None", before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        try:
            asyncio.run(self._live(loaded))
        except BaseException as error:
            if loaded is not None and not loaded.done():
                loaded.set_exception(error)  # raised where the load was asked for
                return
            self._engine.withdraw()  # no revocation would come into force any more
            raise

    async def _live(self, loaded: "Future[None] | None") -> None:
        stop = asyncio.Event()
        self._running = (asyncio.get_running_loop(), stop)
        if self._is_stopping:  # who stops it may not have seen the loop
            stop.set()
        if loaded is not None:
            try:
                await self._load()
            except BaseException as error:  # noqa: BLE001 - raised where the load was asked for
                loaded.set_exception(error)
                return
            loaded.set_result(None)
        if self._follows:
            await self._follow(stop)

    async def _load(self) -> None:
        problems = await self._follower.load(lambda _done, _total: None, allow_broken=False)
        if problems:
            raise InvalidAccountError(problems)

    async def _follow(self, stop: asyncio.Event) -> None:
        task = asyncio.create_task(self._follower.follow())
        await stop.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
