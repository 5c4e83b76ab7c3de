"""One request and its answer (RFC 9113, 5.1), and how much of it may come (6.9)."""

from collections.abc import Callable
from typing import Generic

from authz.http2.headers import RequestStart, Routed


class Stream(Generic[Routed]):
    """A stream that is open or half closed; a closed one is forgotten by its connection.

    `is_remote_closed` says that the request is whole (half closed, remote), which takes as long as it likes if it
    `is_patient`. `window` is what the peer may still send, `owed` what it was not told yet that it may send again.
    `unsent` content and then `ending`, a header block, wait for the peer's window. `body` and `call` belong to the
    application. `since` and `stalled` are the times, by the connection's clock, when it was first seen incomplete and
    stuck; 0 if it was not. `drained` is called when no content waits any more.
    """

    # What most streams never change costs them nothing here, neither time nor memory.
    received = held = owed = 0
    is_remote_closed = is_ended = is_patient = False
    ending: bytes | None = None
    body: bytearray | None = None
    call: object = None
    drained: Callable[[], None] | None = None
    since = stalled = 0.0

    def __init__(self, number: int, request: RequestStart[Routed], send_window: int, window: int) -> None:
        self.number = number
        self.request = request
        self.send_window = send_window
        self.window = window
        self.unsent = bytearray()
