"""How whoever loads leaves room for who answers, since Python runs one thread of a process at a time."""

import time

_WORK_SECONDS = 0.0001
_REST_SECONDS = 0.0002


class Throttle:
    """At first as fast as possible, since nobody is served yet; `be_gentle` for the time when somebody is.

    From then on a rest of `rest` seconds follows whenever `work` seconds were worked.
    """

    def __init__(self, work: float = _WORK_SECONDS, rest: float = _REST_SECONDS) -> None:
        self._work = work
        self._rest = rest
        self._is_gentle = False
        self._rested = 0.0

    def be_gentle(self) -> None:
        """From now on rest after every bit of work."""
        self._is_gentle = True

    def pause(self) -> None:
        """To be called between small pieces of work."""
        if self._is_gentle and time.perf_counter() - self._rested > self._work:
            time.sleep(self._rest)
            self._rested = time.perf_counter()
