"""One request and its answer (RFC 9113, 5.1)."""

from collections.abc import Callable
from typing import Generic, TypeVar

from authz.http2.flow import ReceiveWindow
from authz.http2.headers import Opening

Meaning = TypeVar("Meaning")


class Stream(Generic[Meaning]):
    """A stream that is open or half closed; a closed one is forgotten by its connection.

    `is_remote_closed` says that the request is whole (half closed, remote). `unsent` content and then `ending`, a
    header block, wait for the peer's window. `body` and `call` belong to the application. `since` and `stalled` are
    the times, by the connection's clock, when it was first seen incomplete and stuck; 0 if it was not.
    `drained` is called when no content waits any more.
    """

    __slots__ = (
        "body", "call", "drained", "ending", "expected", "held", "is_ended", "is_remote_closed", "meaning", "metadata",
        "number", "received", "send_window", "since", "stalled", "unsent", "window",
    )  # fmt: skip

    def __init__(self, number: int, opening: Opening[Meaning], send_window: int, window: int) -> None:
        self.number = number
        self.meaning, self.expected, self.metadata = opening
        self.send_window = send_window
        self.window = ReceiveWindow(window)
        self.received = 0
        self.held = 0
        self.is_remote_closed = False
        self.is_ended = False
        self.unsent: bytearray | None = None
        self.ending: bytes | None = None
        self.body: bytearray | None = None
        self.call: object = None
        self.drained: Callable[[], None] | None = None
        self.since = 0.0
        self.stalled = 0.0
