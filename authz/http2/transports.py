"""What is to be known of the event loops' own transports."""

import asyncio


def forget_itself(transport: asyncio.BaseTransport) -> None:
    """Let a transport go whose connection is lost.

    asyncio's own keeps the method that reads as an attribute, and so holds on to itself until a full collection of
    garbage, which a server that must not pause puts off for ever. Nothing calls it any more.
    """
    if hasattr(transport, "_read_ready_cb"):
        transport._read_ready_cb = _nothing  # noqa: SLF001 - it has no public way


def _nothing() -> None:
    """What a transport reads that is gone."""
