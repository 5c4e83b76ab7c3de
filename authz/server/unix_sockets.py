"""The file that a Unix socket is: whether one can be made at a path, whose it is, and that it goes with its server."""

import errno
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from authz.errors import ListenError

_MOST_BYTES = 107 if sys.platform == "linux" else 103  # of sockaddr_un.sun_path, less the NUL at its end
_PROBE_SECONDS = 1.0  # a server whose queue is full does not answer at once, and lives all the same
_KINDS = ((stat.S_ISDIR, "a directory"), (stat.S_ISREG, "a file"), (stat.S_ISFIFO, "a pipe"))


@dataclass(frozen=True, slots=True)
class SocketFile:
    """A socket that this process made: where it is, and which one, by device and inode.

    The kernel keeps the inode for as long as the socket is open, so no other file has its number meanwhile.
    """

    path: Path
    identity: tuple[int, int]

    @classmethod
    def made(cls, path: Path) -> "SocketFile":
        """The socket that was just bound there.

        Raises:
            ListenError: if it is gone already.
        """
        identity = _identity(path)
        if identity is None:
            raise ListenError(f"the socket `{path}` was removed as soon as it was made")
        return cls(path, identity)

    def is_in_place(self) -> bool:
        """Whether it is still what clients find at the path."""
        return _identity(self.path) == self.identity

    def remove(self) -> None:
        """Leave no file behind; one that somebody else put there is not ours to remove."""
        if self.is_in_place():
            self.path.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_way(path: Path) -> None:
    """Make sure that a socket can be bound at a path: what a dead server left behind there is removed.

    Raises:
        ListenError: saying why it cannot, be it that another server listens there.
    """
    _check_length(path)
    try:
        _check_folder(path.parent)
        _clear(path)
    except PermissionError:
        raise ListenError(f"no permission to look at `{path}`") from None


def _check_length(path: Path) -> None:
    size = len(os.fsencode(path))
    if size > _MOST_BYTES:
        raise ListenError(
            f"the path of the socket `{path}` is {size} bytes long; the system takes {_MOST_BYTES} at most"
        )


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        raise ListenError(f"the folder `{folder}` of the socket does not exist")
    if not folder.is_dir():
        raise ListenError(f"`{folder}` is not a directory, so no socket can be made in it")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise ListenError(f"no permission to make a socket in the folder `{folder}`")


def _clear(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise ListenError(f"`{path}` is a symbolic link to nothing, not a socket") from None
        return
    if not stat.S_ISSOCK(found.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "something else")
        raise ListenError(f"`{path}` exists and is not a socket but {kind}")
    if _is_alive(path):
        raise ListenError(f"another server listens on `{path}`")
    path.unlink(missing_ok=True)


def _is_alive(path: Path) -> bool:
    """Whether somebody listens there, which only a refusal disproves."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(str(path))
        except PermissionError:
            raise
        except OSError as error:
            return error.errno not in (errno.ECONNREFUSED, errno.ENOENT)
        return True


@contextmanager
def socket_mode(mode: int | None) -> Iterator[None]:
    """Sockets that are bound while the block runs have this mode from their first moment; None: what the umask leaves.

    The umask belongs to the whole process, so nothing else may be done within the block.
    """
    if mode is None:
        yield
        return
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)
