"""Fair shares: no connection takes so many places that another one finds none."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from authz.errors import OverloadError


class Shares:
    """At most `limit` places, shared by connections, each with its key.

    A connection may take another place while it has no more of them than are left. So one alone may take about half,
    two a third each, and a connection without places finds some however many compete. `refused` is called for each
    place that is refused; `what` names the places in messages.
    """

    def __init__(self, limit: int, what: str, refused: Callable[[], None]) -> None:
        self.limit = limit
        self.taken = 0
        self._what, self._refused = what, refused
        self._of: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, key: Hashable = None) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            OverloadError: at once, if no place is left, or the connection has its share.
        """
        left, own = self.limit - self.taken, self._of[key]
        if not left or own > left:
            self._refused()
            why = f"{own} of this connection, which is its share" if left else "which is the limit"
            raise OverloadError(f"{self.taken} {self._what}, {why}; try again later")
        self.taken += 1
        self._of[key] += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._of[key] -= 1
            if not self._of[key]:
                del self._of[key]
