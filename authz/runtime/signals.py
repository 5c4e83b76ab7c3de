"""Signal handling of a serving process: a graceful stop, or a reload on SIGHUP."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from authz.telemetry.events import get_logger

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""Signals that stop gracefully, in any number and order; only SIGKILL aborts calls and leaves sockets."""
_ALL = (*STOPPING, signal.SIGHUP)

log = get_logger("authz.server")


def _nothing() -> None:
    pass


class Signals:
    """Handles signals on the running event loop until the process ends; the first stop signal sets `stop`.

    These are not handlers of the event loop: it removes its own when it closes, and a later signal would kill.
    """

    def __init__(self, hangup: Callable[[], None] = _nothing) -> None:
        """`hangup` is called on the event loop for each SIGHUP before `stop` is set."""
        self.stop = asyncio.Event()
        self._hangup = hangup
        self._loop = asyncio.get_running_loop()
        for number in _ALL:
            signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        """Pass the signal to the event loop; this runs between any two instructions of the main thread."""
        with suppress(RuntimeError):  # the event loop is closed, so there is nothing to stop
            self._loop.call_soon_threadsafe(self._handle, signal.Signals(number))

    def _handle(self, number: signal.Signals) -> None:
        if number in STOPPING:
            log.info("already stopping" if self.stop.is_set() else "stopping", signal=number.name)
            self.stop.set()
        elif not self.stop.is_set():
            self._hangup()


def ignore_from_now_on() -> None:
    """Ignore all signals, so that a late one cannot change the exit status."""
    for number in _ALL:
        signal.signal(number, signal.SIG_IGN)
