"""Addresses to listen on: `host:port` and `unix:/path`, checked before a transport sees them."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from authz.errors import ListenError

_UNIX = "unix:"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a TCP `target`, or the path of a Unix socket."""

    target: str
    path: Path | None = None

    def with_port(self, port: int) -> str:
        """The target once a port was bound, for those that came with port 0."""
        return self.target if self.path else f"{self.target.rpartition(':')[0]}:{port}"


def parse_address(text: str) -> Address:
    """Read `host:port` or `unix:/path`.

    Raises:
        ListenError: for anything else.
    """
    if text.startswith(_UNIX):
        path = text.removeprefix(_UNIX)
        if not path:
            raise ListenError(f"`{text}` has no path; write `unix:/path/to.sock`")
        return Address(f"{_UNIX}{path}", Path(path))
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ListenError(f"`{text}` is not `host:port` or `unix:/path`")
    return Address(text)


def clear_stale_socket(address: Address) -> None:
    """Remove the socket that a dead server left behind; one that still answers is not ours to take.

    Raises:
        ListenError: if a server listens there, or the path is something else.
    """
    path = address.path
    if path is None or not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise ListenError(f"`{path}` exists and is no socket")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe, suppress(ConnectionRefusedError):
        probe.connect(str(path))
        raise ListenError(f"another server listens on `{path}`")
    path.unlink()


@contextmanager
def socket_mode(mode: int | None) -> Iterator[None]:
    """Sockets that are bound while the block runs have this mode from their first moment; None: what the umask leaves.

    The umask belongs to the whole process, so this is for its start, before other threads make files.
    """
    if mode is None:
        yield
        return
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)


def remove_socket(address: Address) -> None:
    """Leave no socket file behind."""
    if address.path is not None:
        address.path.unlink(missing_ok=True)
