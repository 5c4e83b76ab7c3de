"""Tells the log of connections that were refused or broken, without letting hostile ones fill it."""

import asyncio
from collections import Counter

import structlog

_QUIET_SECONDS = 1.0
_HARMLESS = frozenset(("idle", "slow_reader", "slow_writer"))

log = structlog.get_logger("authz.server")


class FaultLog:
    """Each kind of fault is told at once, and then once a second at most, with how many there were."""

    def __init__(self) -> None:
        self._untold: Counter[str] = Counter()
        self._quiet: set[str] = set()

    def hear(self, kind: str, reason: str) -> None:
        """A peer was at fault. Belongs on a running event loop."""
        self._untold[kind] += 1
        if kind not in self._quiet:
            self._tell(kind, reason)

    def _tell(self, kind: str, reason: str) -> None:
        self._quiet.discard(kind)
        count = self._untold.pop(kind, 0)
        if count:
            (log.info if kind in _HARMLESS else log.warning)("peer at fault", kind=kind, reason=reason, count=count)
            self._quiet.add(kind)
            asyncio.get_running_loop().call_later(_QUIET_SECONDS, self._tell, kind, reason)
