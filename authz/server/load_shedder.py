"""Load shedding: how many of the calls that were read at once are answered."""

from collections import Counter
from collections.abc import Hashable

from authz.http2.fair_queue import FairQueue

_OF_EACH = 1  # call of each connection, even under load; more would make all connections wait longer


class LoadShedder:
    """Accepts at most `most` of the calls that wait in a queue together; the others are rejected while that is cheap.

    One call of each connection is accepted in any case, so that no connection is rejected only because of others. When
    everything that waited with the first call is done, the count begins anew.
    """

    __slots__ = ("_left", "_most", "_of", "_queue")

    def __init__(self, most: int, queue: FairQueue) -> None:
        self._most = self._left = most
        self._of: Counter[Hashable] = Counter()
        self._queue = queue

    def accepts(self, key: Hashable = None) -> bool:
        """Whether to answer one more call of the connection that the key stands for."""
        if self._left == self._most:
            self._queue.at_end(self._renew)
        own = self._of[key]
        if not self._left and own >= min(_OF_EACH, self._most):
            return False
        self._left -= self._left > 0
        self._of[key] = own + 1
        return True

    def _renew(self) -> None:
        self._left = self._most
        self._of.clear()
