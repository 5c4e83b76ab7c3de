"""What all callers share, in fair shares: no connection has so much that another one finds nothing left."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from authz.errors import OverloadError


class Shares:
    """So many places, `limit`. Whoever asks gives a key, by which connections are told apart.

    A connection may take another place while it has no more of them than are left. So one alone may have about half of
    all, two a third each, and one that has none finds some, however many there are that want them all. `refused` is
    called for each that finds none; `what` says in words what the places are.
    """

    def __init__(self, limit: int, what: str, refused: Callable[[], None]) -> None:
        self.limit = limit
        self.taken = 0
        self._what, self._refused = what, refused
        self._of: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, key: Hashable = None) -> Iterator[None]:
        """A place is taken while the block runs.

        Raises:
            OverloadError: at once, if none is left, or the connection has its share.
        """
        left, own = self.limit - self.taken, self._of[key]
        if not left or own > left:
            self._refused()
            why = f"{own} of this connection, which is its share" if left else "as many as are let in"
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
