"""Limits on what a peer may cost (RFC 9113, 10.5), and rate limits for frames without work."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`burst` at once, `per_second` more, and `per_call` more with every answer, or piece of one, that was sent."""

    burst: float
    per_second: float
    per_call: float = 0.0


@dataclass(frozen=True, slots=True)
class Http2Limits:
    """Limits of one connection, in bytes, seconds and counts; those of all connections together say so."""

    connections: int = 10_000  # of a server
    concurrent_streams: int = 1000  # announced (RFC 9113, 5.1.2)
    header_bytes: int = 16384  # of a decoded header list; a request with a longer one is refused (6.5.2)
    decoded_bytes: int = 256 * 1024  # of a decoded header list; a longer one ends the connection
    block_bytes: int = 256 * 1024  # of a header list on the wire
    continuations: int = 16  # frames of a header list (6.10)
    message_bytes: int = 4 * 1024 * 1024  # of a message, after decompression
    buffered_bytes: int = 16 * 1024 * 1024  # of content that cannot be processed yet
    kept_bytes: int = 64 * 1024 * 1024  # kept for all connections together: content, answers, headers, frames, streams
    stream_window: int = 256 * 1024  # (6.9)
    connection_window: int = 4 * 1024 * 1024
    greeting_seconds: float = 10.0  # for TLS and the first SETTINGS
    idle_seconds: float = 3600.0  # without calls
    request_seconds: float = 60.0  # for a request to be complete
    stall_seconds: float = 60.0  # for a peer to read what was written
    drain_seconds: float = 30.0
    age_seconds: float = inf  # until a connection accepts no more calls, a tenth more or less
    age_grace_seconds: float = inf  # for open calls after that, or after the client's certificate has expired
    pings: RateLimit = RateLimit(100, 10, 2)  # (6.7)
    settings: RateLimit = RateLimit(50, 5)  # (6.5)
    resets: RateLimit = RateLimit(1000, 200, 1)  # RST_STREAM of the peer (6.4; CVE-2023-44487)
    provoked_resets: RateLimit = RateLimit(200, 20, 1)  # RST_STREAM of the server for faults of the peer
    long_headers: RateLimit = RateLimit(200, 20)  # header lists over `header_bytes`
    refusals: RateLimit = RateLimit(5000, 500, 1)  # streams above the limit, many before a peer knows it
    window_updates: RateLimit = RateLimit(2000, 2000, 8)  # (6.9)
    empty_frames: RateLimit = RateLimit(200, 50, 4)  # empty DATA, PRIORITY, unknown frames


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
    """Tokens that return with time and with answers, up to the burst."""

    __slots__ = ("_answered", "_at", "_limit", "_tokens")

    def __init__(self, limit: RateLimit, now: float) -> None:
        self._limit = limit
        self._tokens = limit.burst
        self._at = now
        self._answered = 0

    def spend(self, now: float, answered: int) -> bool:
        """Take a token; False if there is none left. `now` is in seconds, `answered` the number of answers so far."""
        limit = self._limit
        earned = (now - self._at) * limit.per_second + (answered - self._answered) * limit.per_call
        self._tokens = min(limit.burst, self._tokens + earned) - 1
        self._at, self._answered = now, answered
        return self._tokens >= 0
