"""When to ask again: reads alone are retried, with jitter, and never beyond the caller's deadline."""

import random
import time
from collections.abc import Callable

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


class Backoff:
    """Pauses in seconds that grow to half a second; half of each is chance, so that clients do not return as one."""

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE

    def next(self) -> float:
        """The next pause."""
        pause = self._pause
        self._pause = min(2 * pause, _LONGEST_PAUSE)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret hangs on it

    def reset(self) -> None:
        """Something worked: start from short pauses again."""
        self._pause = _FIRST_PAUSE


class Deadline:
    """A moment by which all attempts of one call together must be done."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds that are left; never below 0."""
        return max(self._end - self._clock(), 0.0)
