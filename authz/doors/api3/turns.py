"""Gives callers their turns at a bounded number of threads, so that one of them cannot hold up the others."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from authz.doors.api3.errors import ApiError


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """`at_once` calls run at once, `of_one_at_once` of them those of one caller; others wait, up to these numbers."""

    at_once: int = 12
    of_one_at_once: int = 6
    waiting: int = 2000
    waiting_of_one: int = 200


@dataclass(slots=True)
class _Caller:
    """The calls of one caller: how many are under way, and the permits to run."""

    permits: asyncio.Semaphore
    calls: int = 0


@dataclass(slots=True)
class Turns:
    """Turns on one event loop. Calls of a caller run in the order in which they came, as do those that may run."""

    limits: TurnLimits = field(default_factory=TurnLimits)
    _threads: asyncio.Semaphore = field(init=False)
    _callers: dict[Hashable, _Caller] = field(init=False, default_factory=dict)
    calls: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._threads = asyncio.Semaphore(self.limits.at_once)

    @asynccontextmanager
    async def turn(self, caller: Hashable) -> AsyncIterator[None]:
        """Wait for a turn of this caller, and keep it until the end of the block.

        Raises:
            ApiError: RequestLimitExceeded, if too many calls wait already.
        """
        limits = self.limits
        known = self._callers.get(caller) or _Caller(asyncio.Semaphore(limits.of_one_at_once))
        if known.calls >= limits.waiting_of_one + limits.of_one_at_once:
            raise ApiError("RequestLimitExceeded", "too many requests of this key wait already; try again later")
        if self.calls >= limits.waiting + limits.at_once:
            raise ApiError("RequestLimitExceeded", "too many requests wait already; try again later")
        self._callers[caller] = known
        known.calls += 1
        self.calls += 1
        try:
            async with known.permits, self._threads:
                yield
        finally:
            known.calls -= 1
            self.calls -= 1
            if not known.calls:
                del self._callers[caller]
