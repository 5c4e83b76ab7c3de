"""What a peer may cost (RFC 9113, 10.5): bounds, and budgets for frames that bring no work."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many at once, so many more a second, and so many more with every answer, or piece of one, that went out."""

    burst: float
    per_second: float
    per_call: float = 0.0


@dataclass(frozen=True, slots=True)
class Http2Limits:
    """Bytes, seconds and counts, each of one connection but for `connections`.

    `concurrent_streams` is announced (RFC 9113, 5.1.2), more are refused. `header_bytes` bounds a decoded header list
    (6.5.2): a request with a longer one is refused, and one over `decoded_bytes` ends the connection. `block_bytes` and
    `continuations` bound what a list takes on the wire (6.10), `message_bytes` a message after decompression,
    `buffered_bytes` the content that one connection sent and that cannot be worked on yet. `kept_bytes` bounds what all
    connections together make the server keep: such content, answers that cannot be sent, header tables and blocks that
    are remembered, frames that are not whole, streams. `stream_window` and
    `connection_window` are what a peer may send unasked (6.9). `greeting_seconds` is for TLS and the first SETTINGS,
    `idle_seconds` for a connection without calls, `request_seconds` for a request to arrive whole,
    `stall_seconds` for a peer to take what was written, `age_seconds` for a connection until it takes no more calls, a
    tenth more or less, and `age_grace_seconds` for those under way then, or when the client's certificate ends.

    The paces are for PING (6.7), SETTINGS (6.5),
    RST_STREAM (6.4; CVE-2023-44487), WINDOW_UPDATE (6.9), and frames that say nothing: empty DATA, PRIORITY, unknown
    ones; for our own RST_STREAM that a peer provokes; for header lists that are longer than is taken; and for streams
    refused, as many may be under way before a peer has heard how many it may open.
    """

    connections: int = 10_000
    concurrent_streams: int = 1000
    header_bytes: int = 16384
    decoded_bytes: int = 256 * 1024
    block_bytes: int = 256 * 1024
    continuations: int = 16
    message_bytes: int = 4 * 1024 * 1024
    buffered_bytes: int = 16 * 1024 * 1024
    kept_bytes: int = 64 * 1024 * 1024
    stream_window: int = 256 * 1024
    connection_window: int = 4 * 1024 * 1024
    greeting_seconds: float = 10.0
    idle_seconds: float = 3600.0
    request_seconds: float = 60.0
    stall_seconds: float = 60.0
    drain_seconds: float = 30.0
    age_seconds: float = inf
    age_grace_seconds: float = inf
    pings: RateLimit = RateLimit(100, 10, 2)
    settings: RateLimit = RateLimit(50, 5)
    resets: RateLimit = RateLimit(1000, 200, 1)
    provoked_resets: RateLimit = RateLimit(200, 20, 1)
    long_headers: RateLimit = RateLimit(200, 20)
    refusals: RateLimit = RateLimit(5000, 500, 1)
    window_updates: RateLimit = RateLimit(2000, 2000, 8)
    empty_frames: RateLimit = RateLimit(200, 50, 4)


DEFAULT_HTTP2_LIMITS = Http2Limits()
RATE_LIMITS = (
    "pings",
    "settings",
    "resets",
    "provoked_resets",
    "long_headers",
    "refusals",
    "window_updates",
    "empty_frames",
)


class Budget:
    """Tokens that come back with time and with answers, never more than the burst."""

    __slots__ = ("_answered", "_at", "_limit", "_tokens")

    def __init__(self, limit: RateLimit, now: float) -> None:
        self._limit = limit
        self._tokens = limit.burst
        self._at = now
        self._answered = 0

    def spend(self, now: float, answered: int) -> bool:
        """Take a token, at a time in seconds and after so many answered calls; False if there is none left."""
        limit = self._limit
        earned = (now - self._at) * limit.per_second + (answered - self._answered) * limit.per_call
        self._tokens = min(limit.burst, self._tokens + earned) - 1
        self._at, self._answered = now, answered
        return self._tokens >= 0
