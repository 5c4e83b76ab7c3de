"""How a thread that loads leaves room for the one that answers: Python runs only one of them at a time."""

import time

_WORK_SECONDS = 0.0001
_REST_SECONDS = 0.0002


class Pace:
    """At first as fast as possible, since nobody is served yet; `slow_down` for the time when somebody is."""

    def __init__(self) -> None:
        self._is_slow = False
        self._rested = 0.0

    def slow_down(self) -> None:
        """From now on rest after every bit of work."""
        self._is_slow = True

    def breathe(self) -> None:
        """To be called between small pieces of work."""
        if self._is_slow and time.perf_counter() - self._rested > _WORK_SECONDS:
            time.sleep(_REST_SECONDS)
            self._rested = time.perf_counter()
