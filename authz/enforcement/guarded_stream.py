"""A request stream that passes only authorized messages to its handler."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import grpc

from authz.enforcement.refusals import invalid_request

Decide = Callable[[Any], Awaitable[object]]


class GuardedRequests:
    """The authorized messages of a stream; `decide` aborts the call at a message that is not allowed."""

    def __init__(self, messages: AsyncIterator[Any], decide: Decide) -> None:
        self._messages = messages
        self._decide = decide
        self._first: list[Any] = []

    async def begin(self) -> None:
        """Authorize the first message.

        Raises:
            CallRefusedError: if the stream is empty.
        """
        try:
            self._first.append(await self._next())
        except StopAsyncIteration:
            raise invalid_request("the request stream is empty; expected at least one message") from None

    async def _next(self) -> Any:
        message = await anext(self._messages)
        await self._decide(message)
        return message

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return self._first.pop() if self._first else await self._next()


class GuardedContext:
    """The servicer's context with a `read` that returns authorized messages only."""

    def __init__(self, context: Any, requests: GuardedRequests) -> None:
        self._context = context
        self._requests = requests

    async def read(self) -> Any:
        """The next authorized message, or grpc.aio.EOF."""
        try:
            return await anext(self._requests)
        except StopAsyncIteration:
            return grpc.aio.EOF

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)
