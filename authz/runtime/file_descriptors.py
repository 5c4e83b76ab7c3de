"""Files, which connections are: how many may be open, and room for them."""

import fcntl
import os
import resource
from contextlib import suppress
from pathlib import Path

_FILES = 16_384  # as many connections as there may be, and some; 128 KB of the kernel's memory


def raise_file_limit() -> None:
    """To what the system allows, also for processes that this one starts.

    The soft limit of most would let in some 1,000 connections. It spares programs that use `select`, which nothing
    here does.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # not every system takes the limit that it tells; what was allowed is then
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def make_room_for_files() -> None:
    """Have the kernel's table of our open files grow now, as far as the limit on them or some thousands.

    Each time that it doubles, when there are threads, whoever opens a file waits for 10 to 20 ms: the thread that
    answers, if it accepts the 256th, 512th or 1024th connection. It never shrinks.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if soft == resource.RLIM_INFINITY else min(soft, _FILES)
    with suppress(OSError), Path(os.devnull).open("rb") as some:  # room is not needed to serve
        os.close(fcntl.fcntl(some, fcntl.F_DUPFD_CLOEXEC, most - 1))
