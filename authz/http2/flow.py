"""Windows of flow control (RFC 9113, 5.2 and 6.9)."""


class ReceiveWindow:
    """What a peer may still send; what was used up is given back in pieces of half the window."""

    __slots__ = ("_left", "_owed", "_size")

    def __init__(self, size: int) -> None:
        self._size = self._left = size
        self._owed = 0

    def take(self, size: int) -> bool:
        """Bytes arrived; False if more than was allowed (RFC 9113, 6.9.1)."""
        self._left -= size
        return self._left >= 0

    def give(self, size: int) -> int:
        """Bytes are out of the way: by how many the peer should be told now that it may send more, often 0."""
        owed = self._owed = self._owed + size
        if owed * 2 < self._size:
            return 0
        self._left += owed
        self._owed = 0
        return owed
