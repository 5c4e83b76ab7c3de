"""How much is worked on in one pass of the event loop: what was read beyond that is refused while it is cheap."""

import asyncio


class Allowance:
    """So many at most in a pass, over all that share this; with the next pass they come back.

    A pass is not noticed before a 64th is used up, so that a loop with little to do is not woken for nothing: what
    the passes before used of that is missing then.
    """

    __slots__ = ("_left", "_most", "_noticed")

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._noticed = most - 1 - most // 64

    def take(self) -> bool:
        """Whether one more may be worked on. Belongs on a running event loop."""
        self._left -= 1
        if self._left == self._noticed:
            asyncio.get_running_loop().call_soon(self._renew)
        return self._left >= 0

    def _renew(self) -> None:
        self._left = self._most
