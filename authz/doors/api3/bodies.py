"""Reads the bodies of requests within bounds: of each, of all together, and of the time that they take."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from authz.doors.api3.errors import ApiError

_FREE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`most` bytes a body and `together` those of all large bodies that are being held; `seconds` to receive one."""

    most: int = 10 * 1024 * 1024
    together: int = 64 * 1024 * 1024
    seconds: float = 20.0


class Bodies:
    """The bodies that are held at present. Up to 64 KiB of each do not count, so that small ones always have room."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._held = 0

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """A whole body, which counts until `release` is called with its length.

        Raises:
            ApiError: RequestSizeLimitExceeded for its size, RequestLimitExceeded if others take the room, and
                FailedOperation if it is not received in time.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.seconds):
                async for chunk in chunks:
                    self._admit(len(body), len(chunk))
                    body += chunk
        except BaseException as error:
            self.release(len(body))
            if isinstance(error, TimeoutError):
                message = f"the body was not received within {self._limits.seconds:g} seconds"
                raise ApiError("FailedOperation", message) from None
            raise
        return bytes(body)

    def release(self, length: int) -> None:
        """A body of this length is not held any more."""
        self._held -= _counted(length)

    def _admit(self, length: int, more: int) -> None:
        if length + more > self._limits.most:
            raise ApiError("RequestSizeLimitExceeded", f"a request has at most {self._limits.most} bytes")
        counted = _counted(length + more) - _counted(length)
        if self._held + counted > self._limits.together:
            raise ApiError("RequestLimitExceeded", "too many large requests are under way; try again later")
        self._held += counted


def _counted(length: int) -> int:
    return max(0, length - _FREE_BYTES)
