"""How many of the calls that wait are answered, where many were read at once."""

from authz.http2.turns import Turns


class Allowance:
    """How much of what waits is worked on, of all that share this: what waits beyond is refused while it is cheap.

    When all is done that waited with the first, as many are allowed again.
    """

    __slots__ = ("_left", "_most", "_turns")

    def __init__(self, most: int, turns: Turns) -> None:
        self._most = self._left = most
        self._turns = turns

    def take(self) -> bool:
        """Whether one more may be worked on."""
        if self._left == self._most:
            self._turns.at_end(self._renew)
        self._left -= 1
        return self._left >= 0

    def _renew(self) -> None:
        self._left = self._most
