"""The messages between supervisor and worker, over a socket pair that no other process can reach."""

import asyncio
import copyreg
import io
import pickle
import socket
from dataclasses import dataclass
from typing import Any

from authz.accounts.change import AccountChange
from authz.accounts.model import Account, Policy
from authz.accounts.presets import find_preset
from authz.app.settings import Settings
from authz.telemetry.metrics_snapshot import ServiceSnapshot

_LENGTH = 8  # bytes of the length before each message
_LONG_BYTES = 16 * 1024  # a longer message is decoded on a thread, since it would delay calls on the event loop


@dataclass(frozen=True, slots=True)
class Accounts:
    """Some new accounts of the next publication, which is sent in parts so that neither side stalls."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes to accounts that the worker has, for the next publication."""

    changes: tuple[AccountChange, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish the accounts and changes received since the last publication, and drop the removed accounts."""

    removed: frozenset[str]
    revision: int


@dataclass(frozen=True, slots=True)
class MetricsRequest:
    """Asks a worker for its figures; the answer has the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """A worker's figures."""

    number: int
    snapshot: ServiceSnapshot


@dataclass(frozen=True, slots=True)
class Serving:
    """A worker has published its first revision and serves."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker could not start."""

    message: str


Message = Settings | Accounts | Changes | Publish | MetricsRequest | Metrics | Serving | Failed


class Link:
    """One end of the socket pair."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, end: socket.socket) -> "Link":
        """The link over one end of the pair, which it then owns."""
        return cls(*await asyncio.open_unix_connection(sock=end))

    async def send(self, message: Message) -> None:
        """Send a message; waits while the other side is behind.

        Raises:
            ConnectionError: if the other side has closed the link.
        """
        data = _dumps(message)
        self._writer.write(len(data).to_bytes(_LENGTH, "big") + data)
        await self._writer.drain()

    async def receive(self) -> Message | None:
        """The next message; None if the other side has closed the link."""
        try:
            size = int.from_bytes(await self._reader.readexactly(_LENGTH), "big")
            data = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        if len(data) > _LONG_BYTES:
            return await asyncio.to_thread(_loads, data)
        return _loads(data)

    def close(self) -> None:
        """Close this end."""
        self._writer.close()


def _loads(data: bytes) -> Message:
    message: Message = pickle.loads(data)  # noqa: S301 - written by a process of this sidecar, over a socket pair
    return message


def _dumps(message: Message) -> bytes:
    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(message)
    return out.getvalue()


def _policy(policy: Policy) -> tuple[Any, ...]:
    """A preset is sent as its name: every process has it already, once for all accounts."""
    if policy.is_preset:
        return find_preset, (policy.name,)
    return Policy, (policy.name, policy.document)


_TABLE = copyreg.dispatch_table | {Policy: _policy}
