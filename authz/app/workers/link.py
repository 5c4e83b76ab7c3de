"""What supervisor and worker say to one another, over a socket pair that nobody else can reach."""

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

_LENGTH = 8  # bytes before each message
_LONG_BYTES = 16 * 1024  # to understand more takes longer than anybody should wait


@dataclass(frozen=True, slots=True)
class Accounts:
    """Some of the accounts of the next publication, which is told in parts so that neither side stalls."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed of accounts that the worker has, for the next publication, too."""

    changes: tuple[AccountChange, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    """Put the accounts that were told since the last publication into force, and drop the removed ones."""

    removed: frozenset[str]
    revision: int


@dataclass(frozen=True, slots=True)
class Count:
    """Asks a worker for its reading; the answer bears the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A worker's reading."""

    number: int
    reading: ServiceSnapshot


@dataclass(frozen=True, slots=True)
class Serving:
    """A worker listens, and has something in force."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker could not start."""

    message: str


Message = Settings | Accounts | Changes | Publish | Count | Counted | Serving | Failed


class Link:
    """One end of the socket pair."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, end: socket.socket) -> "Link":
        """Take over one end."""
        return cls(*await asyncio.open_unix_connection(sock=end))

    async def send(self, message: Message) -> None:
        """Send, and wait while the other side is behind.

        Raises:
            ConnectionError: if the other side is gone.
        """
        data = _dumps(message)
        self._writer.write(len(data).to_bytes(_LENGTH, "big") + data)
        await self._writer.drain()

    async def receive(self) -> Message | None:
        """The next message; None when the other side is gone."""
        try:
            size = int.from_bytes(await self._reader.readexactly(_LENGTH), "big")
            data = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        if len(data) > _LONG_BYTES:  # somebody may wait for an answer of this process
            return await asyncio.to_thread(_loads, data)
        return _loads(data)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def _loads(data: bytes) -> Message:
    message: Message = pickle.loads(data)  # noqa: S301 - written by our own process on a socket without a name
    return message


def _dumps(message: Message) -> bytes:
    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(message)
    return out.getvalue()


def _policy(policy: Policy) -> tuple[Any, ...]:
    """A preset goes by its name: every process has it already, and once for all accounts."""
    if policy.is_preset:
        return find_preset, (policy.name,)
    return Policy, (policy.name, policy.document)


_TABLE = copyreg.dispatch_table | {Policy: _policy}
