"""The limit on open files, connections included, and the size of the kernel's table of them."""

import fcntl
import os
import resource
from contextlib import suppress
from pathlib import Path

_FILES = 16_384  # more than the limit of connections; 128 KB of kernel memory


def raise_file_limit() -> None:
    """Raise the limit on open files to the maximum, also for child processes.

    The usual soft limit allows some 1,000 connections. It protects programs that use `select`; this package does not.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # some systems reject the limit that they report; the old one stays
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def make_room_for_files() -> None:
    """Grow the kernel's table of open files now, up to the limit on open files or some thousands.

    In a process with threads, opening a file takes 10 to 20 ms whenever the table doubles. The thread that serves would
    be blocked when it accepts the 256th, 512th or 1024th connection. The table never shrinks.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if soft == resource.RLIM_INFINITY else min(soft, _FILES)
    with suppress(OSError), Path(os.devnull).open("rb") as some:  # a small table is no reason to stop
        os.close(fcntl.fcntl(some, fcntl.F_DUPFD_CLOEXEC, most - 1))
