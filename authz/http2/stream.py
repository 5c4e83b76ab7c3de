"""A stream: a request and its answer (RFC 9113, 5.1), with its windows (6.9)."""

from collections.abc import Callable
from typing import Generic

from authz.http2.headers import RequestStart, Routed


class Stream(Generic[Routed]):
    """An open or half closed stream; a closed one is removed from its connection."""

    # Defaults on the class cost a stream that does not change them neither time nor memory.
    received = 0  # bytes of content
    held = 0  # bytes that the application keeps
    owed = 0  # bytes that are not credited to the peer yet
    is_remote_closed = False  # the request is complete
    is_patient = False  # the request may take any time to be complete
    is_ended = False
    ending: bytes | None = None  # the last header block, sent after `unsent`
    body: bytearray | None = None  # of the application
    call: object = None  # of the application
    drained: Callable[[], None] | None = None  # called when `unsent` is empty
    since = 0.0  # when it was first found incomplete, by the connection's clock; 0: it is complete
    stalled = 0.0  # when it was first found blocked, likewise

    def __init__(self, number: int, request: RequestStart[Routed], send_window: int, window: int) -> None:
        self.number = number
        self.request = request
        self.send_window = send_window
        self.window = window  # bytes that the peer may still send
        self.unsent = bytearray()  # content that waits for the peer's window
