"""Bounds what a connection may cost: how long it may be idle or slow, and how many there may be."""

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

MOST_CONNECTIONS = 1000
"""When there are more, one that waits for a request is closed; if there is none, the new one is."""
HEAD_SECONDS = 10.0
"""Seconds in which the head of a request must arrive, from its first byte or the beginning of the connection."""
REQUEST_SECONDS = 120.0
"""Seconds in which a request must be received, answered, and its answer taken."""
MOST_HEAD_BYTES = 64 * 1024
"""The most bytes of a request's line and headers."""


class BoundedProtocol(H11Protocol):
    """An HTTP/1.1 connection of uvicorn with deadlines."""

    most_connections = MOST_CONNECTIONS
    head_seconds = HEAD_SECONDS
    request_seconds = REQUEST_SECONDS

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_deadline_of_request = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Make room for the connection, and begin its first deadline."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            idle = (each for each in self.connections if each is not self and _is_idle(each))
            next(idle, self).transport.close()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the deadline."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what arrived, and watch what the connection waits for now."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """End the deadline of the request; uvicorn begins that of an idle connection."""
        self._forget_deadline()
        super().on_response_complete()
        if not _is_idle(self):  # the next request was there already
            self._watch()

    def _watch(self) -> None:
        """Begin a deadline, unless the one that runs is for what is being waited for."""
        is_request = not _is_idle(self)
        if self._deadline is not None and self._is_deadline_of_request == is_request:
            return
        self._forget_deadline()
        self._is_deadline_of_request = is_request
        seconds = self.request_seconds if is_request else self.head_seconds
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _is_idle(connection: Any) -> bool:
    """Whether a connection has no request under way."""
    return connection.cycle is None or bool(connection.cycle.response_complete)
