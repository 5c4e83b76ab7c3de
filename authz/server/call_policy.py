"""What holds for every call, whatever transport brings it: who may ask, what is waited for, what is counted."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Self

from google.rpc import code_pb2

from authz.errors import AuthzError
from authz.pdp.counters import MethodTally, Tally
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import Admission, Answer
from authz.server.client_allowlist import Gate
from authz.server.revisions import RevisionFeed
from authz.telemetry.events import get_logger
from authz.wire.status import Status, status_of

log = get_logger("authz.server")


class Conduct:
    """The rules of a service's calls. `patience` bounds, in seconds, how long a revision is waited for.

    `admission` bounds the calls that wait for something, `gate` says which clients may ask, `tally` counts.
    """

    def __init__(
        self, feed: RevisionFeed, tally: Tally, patience: float, admission: Admission, gate: Gate | None = None
    ) -> None:
        self._feed = feed
        self._patience = patience
        self.tally = tally
        self.admission = admission
        self.gate = gate

    def for_everybody(self) -> Self:
        """The same rules for services that stand beside the main one: whoever connects may ask, and no call counts."""
        return type(self)(self._feed, Tally(self.tally.peer_faults), self._patience, self.admission)

    async def second_try(
        self,
        again: Callable[[], Awaitable[bytes]],
        error: RevisionAheadError,
        seconds_left: float | None,
        key: Hashable = None,
    ) -> bytes:
        """Wait for a revision that is asked for, and answer then. `seconds_left` are those until the caller's deadline.

        `key` tells the connections apart of which each may have so many calls wait.

        Raises:
            Exception: what ends the call; at once, if nobody can have been told of that revision yet.
        """
        self._feed.refuse_impossible(error.revision)
        with self.admission.wait(key):
            await self._feed.reached(error.revision, self._seconds(seconds_left))
        return await again()

    def _seconds(self, left: float | None) -> float:
        """What is left of the caller's deadline, less what the answer needs to arrive before it."""
        if left is None:
            return self._patience
        return min(self._patience, max(left - max(0.02, left / 10), 0.0))


def ending(error: Exception, tally: MethodTally) -> Status:
    """The status that a call ends with, counted; a fault of ours is logged, and its caller told nothing of it."""
    if isinstance(error, AuthzError):
        status = status_of(error)
    else:
        log.error("a call failed by a fault of the server", exc_info=error)
        status = Status(code_pb2.INTERNAL, "internal error")
    tally.failed[code_pb2.Code.Name(status.code)] += 1
    return status


def resolved(answer: Answer, data: bytes) -> Callable[[], Awaitable[bytes]]:
    """An answer that is given at once, for those who wait for one."""

    async def again() -> bytes:
        return answer(data)

    return again
