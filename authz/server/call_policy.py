"""What holds for every call: which clients may call, how long a revision is waited for, what is counted."""

from collections.abc import Callable, Hashable
from typing import Self

from authz.errors import ForbiddenClientError
from authz.pdp.counters import Counters
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.client_allowlist import ClientAllowlist
from authz.server.peer import Peer
from authz.server.revisions import RevisionFeed


class CallPolicy:
    """The rules of a service's calls. `patience` bounds, in seconds, how long a revision is waited for.

    `limiter` bounds the calls that wait for something, `allowlist` says which clients may call, `counters` counts.
    """

    def __init__(
        self,
        feed: RevisionFeed,
        counters: Counters,
        patience: float,
        limiter: ConcurrencyLimiter,
        allowlist: ClientAllowlist | None = None,
    ) -> None:
        self._feed = feed
        self._patience = patience
        self.counters = counters
        self.limiter = limiter
        self.allowlist = allowlist

    def for_everybody(self) -> Self:
        """The same rules for services beside the main one: every client may call, and no call is counted."""
        return type(self)(self._feed, Counters(self.counters.peer_faults), self._patience, self.limiter)

    def rejection(self, peer: Callable[[], Peer]) -> ForbiddenClientError | None:
        """Why a client may not call; None if it may."""
        return None if self.allowlist is None else self.allowlist.rejection(peer())

    async def wait_for(self, revision: int, seconds_left: float | None, connection: Hashable) -> None:
        """Wait until a revision is in force; `seconds_left` are those until the caller's deadline.

        Raises:
            RevisionNotReachedError: if it is not in force in time, or no sidecar can have given it yet.
            OverloadError: if too many calls wait, of all connections or of this one.
        """
        self._feed.reject_impossible(revision)
        with self.limiter.revision_slot(connection):
            await self._feed.reached(revision, self._seconds(seconds_left))

    def _seconds(self, left: float | None) -> float:
        """What is left of the caller's deadline, less what the answer needs to arrive before it."""
        if left is None:
            return self._patience
        return min(self._patience, max(left - max(0.02, left / 10), 0.0))
