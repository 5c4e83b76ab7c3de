"""What signals mean to a process that serves: to stop in order, however often they come, or to read everything anew."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from authz.telemetry.events import get_logger

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""All mean the same, so that no order of them cuts a call or leaves a socket behind; SIGKILL alone cannot wait."""
_ALL = (*STOPPING, signal.SIGHUP)

log = get_logger("authz.server")


def _nothing() -> None:
    pass


class Signals:
    """The signals of this process from now to its end, on the running loop: `stop` is set by the first that stops.

    They are not the event loop's: it would give them back when it closes, and one that came then would kill.
    """

    def __init__(self, hangup: Callable[[], None] = _nothing) -> None:
        """`hangup` is called, on the loop, for each SIGHUP until it is to stop."""
        self.stop = asyncio.Event()
        self._hangup = hangup
        self._loop = asyncio.get_running_loop()
        for number in _ALL:
            signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        """Runs between any two instructions of the main thread, so it does nothing but pass the signal on."""
        with suppress(RuntimeError):  # the loop is closed: there is nothing left to stop
            self._loop.call_soon_threadsafe(self._hear, signal.Signals(number))

    def _hear(self, number: signal.Signals) -> None:
        if number in STOPPING:
            log.info("already stopping" if self.stop.is_set() else "stopping", signal=number.name)
            self.stop.set()
        elif not self.stop.is_set():
            self._hangup()


def ignore_from_now_on() -> None:
    """All is done but to end, which a signal that comes late must not turn into a failure."""
    for number in _ALL:
        signal.signal(number, signal.SIG_IGN)
