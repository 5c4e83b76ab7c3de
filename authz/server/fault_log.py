"""Counts connections that were refused or broken, and tells the log, without letting hostile ones fill it."""

import asyncio
from collections import Counter

from authz.telemetry.events import get_logger

_QUIET_SECONDS = 1.0
_HARMLESS = frozenset(("handshake", "idle", "slow_reader", "slow_writer"))  # probes of ports hang up without a word
KINDS = (
    "alpn", "buffered", "closed", "compression", "concurrent_streams", "connections", "continuations", "empty_frames",
    "frame_size", "greeting", "handshake", "header_list", "idle", "long_headers", "malformed", "pings", "protocol",
    "provoked_resets", "refusals", "resets", "settings", "slow_reader", "slow_writer", "window", "window_updates",
)  # fmt: skip
"""All kinds of faults that `authz.http2` tells."""

log = get_logger("authz.server")


class FaultLog:
    """Each kind of fault is told at once, and then once a second at most, with how many there were.

    `counts` has all kinds from the start, so that a rate sees the first fault too.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        counts.update(dict.fromkeys(KINDS, 0))
        self._untold: Counter[str] = Counter()
        self._quiet: set[str] = set()

    def hear(self, kind: str, reason: str) -> None:
        """A peer was at fault. Belongs on a running event loop."""
        self._counts[kind] += 1
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
