"""Open streams, and their end when the server stops."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from authz.errors import DrainingError

_IDLE_SECONDS = 0.1  # without a message, while the server stops, until a stream counts as idle

Message = TypeVar("Message")


class OpenStream:
    """A stream that the server can end while it waits for a message.

    It ends by cancellation of its task, so that reading a message needs no further task.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._is_waiting = False
        self._is_ended = False
        self._was_waiting = False

    async def next(self, message: Awaitable[Message]) -> Message:
        """Wait for a message.

        Raises:
            DrainingError: if the server ended the stream meanwhile.
        """
        self._is_waiting = True
        try:
            return await message
        except asyncio.CancelledError:
            if self._is_ended and self._task is not None and self._task.uncancel() == 0:
                raise DrainingError("the server is stopping; open the stream to another server") from None
            raise
        finally:
            self._is_waiting = self._was_waiting = False

    def message_came(self) -> None:
        """Count a message that was answered without `next`: the stream is not idle."""
        self._was_waiting = False

    def end_if_idle(self) -> None:
        """End the stream if it has been waiting since the previous call of this."""
        if self._is_waiting and self._was_waiting and not self._is_ended and self._task is not None:
            self._is_ended = True
            self._task.cancel()
        self._was_waiting = self._is_waiting


class OpenStreams:
    """All bidirectional streams of a server."""

    def __init__(self) -> None:
        self._streams: set[OpenStream] = set()

    @contextmanager
    def open(self) -> Iterator[OpenStream]:
        """The stream of the current task, open while the block runs."""
        stream = OpenStream()
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    def drain(self) -> None:
        """End streams as soon as they are idle."""
        for stream in self._streams:
            stream.end_if_idle()
        if self._streams:
            asyncio.get_running_loop().call_later(_IDLE_SECONDS, self.drain)
