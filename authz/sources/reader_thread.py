"""A thread for calls that may never return: reading a file can hang for as long as its file system does.

The thread is a daemon, so that nothing which hangs holds up the end of the process.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

STALL_SECONDS = 10.0
"""How long a step of a call may take before the call is left behind."""
_CHECK_SECONDS = 1.0
_END_SECONDS = 1.0
T = TypeVar("T")
_Call = Callable[[], bool]


class AbandonedError(Exception):
    """Raised on a thread that was left behind, whose result is not needed any more."""


class StalledError(Exception):
    """A call was left behind in the middle of a step: `key` is the account, `path` the file that it hangs at."""

    def __init__(self, key: str, path: str) -> None:
        super().__init__(path)
        self.key = key
        self.path = path


class _Steps:
    """What a call is busy with, and since when. Only the end needs the lock: to begin a step takes no decision."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._is_over = False
        self.key = self.path = ""
        self._since = clock()

    def begin(self, key: str, path: str) -> None:
        if self._is_over:
            raise AbandonedError
        self.key, self.path, self._since = key, path, self._clock()

    def go_on(self) -> None:
        if self._is_over:
            raise AbandonedError
        self._since = self._clock()

    def end(self) -> bool:
        """Whether the caller is the first to end it: the call itself, or the loop that leaves it behind."""
        with self._lock:
            was_over, self._is_over = self._is_over, True
            return not was_over

    def is_stalled(self, seconds: float) -> bool:
        return self._clock() - self._since > seconds


_current = threading.local()


def step(key: str, path: str) -> None:
    """Note that the calling thread begins something that may never return, for the account `key`, at `path`.

    To be called after it, too, before anything is changed that other threads see.

    Raises:
        AbandonedError: if it took too long, so that the call was left behind.
    """
    steps: _Steps | None = getattr(_current, "steps", None)
    if steps is not None:
        steps.begin(key, path)


def progress() -> None:
    """Note that the step of the calling thread makes progress: it does not hang, however long it takes.

    Raises:
        AbandonedError: as `step` does.
    """
    steps: _Steps | None = getattr(_current, "steps", None)
    if steps is not None:
        steps.go_on()


class ReaderThread:
    """Calls that run one after another on one thread.

    `on_return` is called with each account whose hanging call has ended.
    """

    def __init__(
        self,
        name: str,
        on_return: Callable[[str], object],
        stall_seconds: float = STALL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._clock = clock
        self._on_return = on_return
        self._stall_seconds = stall_seconds
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns or raises.

        Raises:
            StalledError: if it hangs; its thread is left behind, and another one takes the next call.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        steps = _Steps(self._clock)
        self._ensure_thread().put(lambda: self._perform(call, steps, loop, future))
        try:
            while True:
                done, _ = await asyncio.wait({future}, timeout=_CHECK_SECONDS)
                if done:
                    result: T = future.result()
                    return result
                if steps.is_stalled(self._stall_seconds) and steps.end():
                    self._thread = None
                    raise StalledError(steps.key, steps.path)
        except asyncio.CancelledError:
            if steps.end():
                self._thread = None  # the canceller does not wait for it
            raise

    def close(self) -> None:
        """End the thread if it does not hang."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._calls.put(None)
            thread.join(_END_SECONDS)

    def _ensure_thread(self) -> "SimpleQueue[_Call | None]":
        if self._thread is None or not self._thread.is_alive():
            self._calls = SimpleQueue()
            self._thread = threading.Thread(target=_work, args=(self._calls,), name=self._name, daemon=True)
            self._thread.start()
        return self._calls

    def _perform(
        self, call: Callable[[], Any], steps: _Steps, loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]"
    ) -> bool:
        _current.steps = steps
        result, error = None, None
        try:
            steps.begin("", "")
            result = call()
        except AbandonedError:
            pass
        except BaseException as caught:  # noqa: BLE001 - raised where the call was asked for
            error = caught
        finally:
            _current.steps = None
        is_wanted = steps.end()
        with suppress(RuntimeError):  # the loop is closed: the result is not needed
            if is_wanted:
                loop.call_soon_threadsafe(_deliver, future, result, error)
            else:
                loop.call_soon_threadsafe(self._on_return, steps.key)
        return is_wanted


def _work(calls: "SimpleQueue[_Call | None]") -> None:
    """Perform one call after another, until there are no more or one was left behind: then another thread goes on."""
    while (call := calls.get()) is not None and call():
        pass


def _deliver(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
