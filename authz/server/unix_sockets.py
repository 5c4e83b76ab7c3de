"""Files of Unix sockets: created where that is safe, recognized, and removed with their server."""

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
_PROBE_SECONDS = 1.0  # a running server whose queue is full may not answer at once
_KINDS = ((stat.S_ISDIR, "a directory"), (stat.S_ISREG, "a file"), (stat.S_ISFIFO, "a pipe"))


@dataclass(frozen=True, slots=True)
class SocketFile:
    """A socket that this process created: its path, and its identity by device and inode.

    While the socket is open, the kernel gives its inode number to no other file.
    """

    path: Path
    identity: tuple[int, int]

    @classmethod
    def at(cls, path: Path) -> "SocketFile":
        """The socket that was just bound to a path.

        Raises:
            ListenError: if it is gone already.
        """
        identity = _identity(path)
        if identity is None:
            raise ListenError(f"the socket `{path}` was removed as soon as it was created")
        return cls(path, identity)

    def is_in_place(self) -> bool:
        """Whether the file at the path is still this socket."""
        return _identity(self.path) == self.identity

    def remove(self) -> None:
        """Remove the file, unless another program replaced it."""
        if self.is_in_place():
            self.path.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def clear_path(path: Path) -> None:
    """Make sure that a socket can be bound to a path, and remove the socket of a server that no longer runs.

    Raises:
        ListenError: with the reason why it cannot, such as another server that listens there.
    """
    _check_length(path)
    try:
        _check_folder(path.parent)
        _clear(path)
    except PermissionError:
        raise ListenError(f"no permission to read `{path}`") from None


def _check_length(path: Path) -> None:
    size = len(os.fsencode(path))
    if size > _MOST_BYTES:
        raise ListenError(
            f"the path of the socket `{path}` is {size} bytes long; the system allows at most {_MOST_BYTES}"
        )


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        raise ListenError(f"the folder `{folder}` of the socket does not exist")
    if not folder.is_dir():
        raise ListenError(f"`{folder}` is not a directory, so no socket can be created in it")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise ListenError(f"no permission to create a socket in the folder `{folder}`")


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
    """Whether a server listens there; only a refused connection shows that none does."""
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
    """Give sockets that are bound within the block this mode from the first moment; None: the one of the umask.

    The umask belongs to the whole process, so the block must do nothing else.
    """
    if mode is None:
        yield
        return
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)
