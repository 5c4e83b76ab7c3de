"""How many of the calls that wait are answered, where many were read at once."""

from collections import Counter
from collections.abc import Hashable

from authz.http2.fair_queue import FairQueue

_OF_EACH = 1  # more would make the rounds longer, and so everybody's wait


class LoadShedder:
    """How much of what waits is worked on, of all that share this: what waits beyond is refused while it is cheap.

    One of each connection is worked on even then, so that nobody is refused for what others bring alone. When all is
    done that waited with the first, as many are allowed again.
    """

    __slots__ = ("_left", "_most", "_of", "_queue")

    def __init__(self, most: int, queue: FairQueue) -> None:
        self._most = self._left = most
        self._of: Counter[Hashable] = Counter()
        self._queue = queue

    def accepts(self, key: Hashable = None) -> bool:
        """Whether one more of a connection, which the key tells apart, may be worked on."""
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
