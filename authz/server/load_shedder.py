"""Load shedding: how many of the calls that were read at once are answered."""

from collections.abc import Hashable

from authz.http2.fair_queue import FairQueue


class LoadShedder:
    """Accepts at most `most` of the calls that wait in a queue together; the others are rejected while that is cheap.

    One call of each connection is accepted in any case, unless `most` is 0, so that no connection is rejected only
    because of others; more would make all connections wait longer. When everything that waited with the first call is
    done, the count begins anew.
    """

    __slots__ = ("_left", "_most", "_queue", "_served")

    def __init__(self, most: int, queue: FairQueue) -> None:
        self._most = self._left = most
        self._served: set[Hashable] = set()
        self._queue = queue

    def accepts(self, key: Hashable = None) -> bool:
        """Whether to answer one more call of the connection that the key stands for."""
        if self._left == self._most:
            self._queue.at_end(self._renew)
        if self._left:
            self._left -= 1
        elif key in self._served or not self._most:
            return False
        self._served.add(key)
        return True

    def _renew(self) -> None:
        self._left = self._most
        self._served.clear()
