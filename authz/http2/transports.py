"""A workaround for the transports of asyncio."""

import asyncio


def forget_itself(transport: asyncio.BaseTransport) -> None:
    """Free a transport whose connection is lost.

    asyncio's own keeps its method that reads as an attribute, a reference cycle that only a full garbage collection
    frees, which this server avoids. Nothing calls the method any more.
    """
    if hasattr(transport, "_read_ready_cb"):
        transport._read_ready_cb = _nothing  # noqa: SLF001 - it has no public way


def _nothing() -> None:
    """Replaces the method that reads."""
