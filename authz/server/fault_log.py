"""Counts and logs faults of peers, so that hostile peers cannot fill the log."""

import asyncio
from collections import Counter

from authz.telemetry.events import get_logger

_QUIET_SECONDS = 1.0
_HARMLESS = frozenset(("handshake", "idle", "slow_reader", "slow_writer"))  # port probes hang up at once
KINDS = (
    "alpn", "buffered", "closed", "compression", "concurrent_streams", "connections", "continuations", "empty_frames",
    "frame_size", "greeting", "handshake", "header_list", "idle", "long_headers", "malformed", "pings", "protocol",
    "provoked_resets", "refusals", "resets", "settings", "slow_reader", "slow_writer", "window", "window_updates",
)  # fmt: skip
"""All kinds of faults that `authz.http2` reports."""

log = get_logger("authz.server")


class FaultLog:
    """Logs each kind of fault at once, and then at most once a second, with the number of faults since.

    `counts` has all kinds from the start, so that a rate includes the first fault.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        counts.update(dict.fromkeys(KINDS, 0))
        self._unlogged: Counter[str] = Counter()
        self._quiet: set[str] = set()

    def record(self, kind: str, reason: str) -> None:
        """Count a fault of a peer, and log it; called on a running event loop."""
        self._counts[kind] += 1
        self._unlogged[kind] += 1
        if kind not in self._quiet:
            self._log(kind, reason)

    def _log(self, kind: str, reason: str) -> None:
        self._quiet.discard(kind)
        count = self._unlogged.pop(kind, 0)
        if count:
            (log.info if kind in _HARMLESS else log.warning)("peer at fault", kind=kind, reason=reason, count=count)
            self._quiet.add(kind)
            asyncio.get_running_loop().call_later(_QUIET_SECONDS, self._log, kind, reason)
