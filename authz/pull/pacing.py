"""Keeps calls within CAM's rate limits, and makes a call again that failed for a passing reason."""

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from authz.pull.errors import CallError
from authz.pull.sdk import Call

CALLS_PER_SECOND = 8.0
"""The default, below the 10 a second that CAM admits."""
TRIES = 8
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0  # seconds


class PacedCall:
    """A call of the CAM API that waits for its turn, and for a while after each passing failure."""

    def __init__(
        self,
        call: Call,
        per_second: float = CALLS_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._call = call
        self._gap = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def __call__(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of an action.

        Raises:
            CallError: if it is refused, or has failed TRIES times.
        """
        wait = _FIRST_WAIT
        for left in reversed(range(TRIES)):
            self._take_turn()
            try:
                return self._call(action, parameters)
            except CallError as error:
                if not error.is_passing or not left:
                    raise
            self._sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - spreads callers; no secret
            wait = min(2 * wait, _LONGEST_WAIT)
        raise AssertionError("the last try returns or raises")

    def _take_turn(self) -> None:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap
