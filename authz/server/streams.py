"""Streams that are open, and their end when the server stops."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from authz.errors import DrainingError

_IDLE_SECONDS = 0.1  # a stream that is silent for so long while the server stops has no question under way

Message = TypeVar("Message")


class OpenStream:
    """A stream that can be told to end while it waits for a question.

    Its task is woken by cancellation, so that a message costs no task of its own.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._is_waiting = False
        self._is_ended = False
        self._was_waiting = False

    async def next(self, message: Awaitable[Message]) -> Message:
        """The message that is waited for.

        Raises:
            DrainingError: if the stream was told to end meanwhile.
        """
        self._is_waiting = True
        try:
            return await message
        except asyncio.CancelledError:
            if self._is_ended and self._task is not None and self._task.uncancel() == 0:
                raise DrainingError("the server is stopping; open the stream again elsewhere") from None
            raise
        finally:
            self._is_waiting = self._was_waiting = False

    def heard(self) -> None:
        """A question came that nobody had to wait for."""
        self._was_waiting = False

    def end_if_idle(self) -> None:
        """End it if it has been waiting since this was called before."""
        if self._is_waiting and self._was_waiting and not self._is_ended and self._task is not None:
            self._is_ended = True
            self._task.cancel()
        self._was_waiting = self._is_waiting


class OpenStreams:
    """All conversations of a server."""

    def __init__(self) -> None:
        self._streams: set[OpenStream] = set()

    @contextmanager
    def open(self) -> Iterator[OpenStream]:
        """The stream of the task that runs this, open while the block runs."""
        stream = OpenStream()
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    def drain(self) -> None:
        """Let streams end as soon as they are idle."""
        for stream in self._streams:
            stream.end_if_idle()
        if self._streams:
            asyncio.get_running_loop().call_later(_IDLE_SECONDS, self.drain)
