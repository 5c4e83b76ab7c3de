"""Limits that keep one caller from using up what all callers share."""

from dataclasses import dataclass

from authz.engine.bounds import DEFAULT_BOUNDS, Bounds

CACHE_BYTES = 96 * 1024 * 1024
"""Default bytes of the caches of all workers of a sidecar; fits the memory limits of deploy/."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`in_flight` are calls that are not answered yet, of one process; `message_bytes` are those of one request.

    `context_keys` are the condition keys of one check, `batch` the checks of one batch. `connections` are open at once.
    A connection takes no new calls after `connection_age` seconds (0: it may live for ever), and is closed
    `connection_age_grace` seconds later.
    """

    in_flight: int = 1000
    message_bytes: int = 4 * 1024 * 1024
    context_keys: int = DEFAULT_BOUNDS.context_keys
    batch: int = 1000
    connections: int = 10_000
    connection_age: float = 0.0
    connection_age_grace: float = 30.0

    @property
    def bounds(self) -> Bounds:
        """The bounds of one question."""
        return Bounds(context_keys=self.context_keys)


DEFAULT_LIMITS = Limits()
