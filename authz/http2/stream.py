"""One request and its answer (RFC 9113, 5.1), and how much of it may come (6.9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from authz.http2.headers import Meaning
from authz.http2.hpack import Field


class ReceiveWindow:
    """What a peer may still send (RFC 9113, 5.2); what was used up is given back in pieces of half the window."""

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


@dataclass(slots=True, eq=False)
class Stream(Generic[Meaning]):
    """A stream that is open or half closed; a closed one is forgotten by its connection.

    `is_remote_closed` says that the request is whole (half closed, remote). `unsent` content and then `ending`, a
    header block, wait for the peer's window. `body` and `call` belong to the application. `since` and `stalled` are
    the times, by the connection's clock, when it was first seen incomplete and stuck; 0 if it was not.
    `drained` is called when no content waits any more.
    """

    number: int
    meaning: Meaning
    expected: int
    metadata: tuple[Field, ...]
    send_window: int
    window: ReceiveWindow
    received: int = 0
    held: int = 0
    is_remote_closed: bool = False
    is_ended: bool = False
    unsent: bytearray | None = None
    ending: bytes | None = None
    body: bytearray | None = None
    call: object = None
    drained: Callable[[], None] | None = None
    since: float = 0.0
    stalled: float = 0.0
