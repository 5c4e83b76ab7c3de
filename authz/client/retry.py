"""Retries of reads, with jitter, up to the deadline of a call."""

import random
import time
from collections.abc import Callable

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


class Backoff:
    """Pauses in seconds that grow to half a second; half of each is random, to spread clients."""

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE

    def next(self) -> float:
        """The next pause."""
        pause = self._pause
        self._pause = min(2 * pause, _LONGEST_PAUSE)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - not used for security

    def reset(self) -> None:
        """Return to short pauses after a success."""
        self._pause = _FIRST_PAUSE


class Deadline:
    """The time limit for all attempts of one call."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """The seconds left, at least 0."""
        return max(self._end - self._clock(), 0.0)
