"""Tells whether a file is open for writing, so that half of it is not taken for the whole."""

import fcntl
import os
import signal
from pathlib import Path

_SET_LEASE = getattr(fcntl, "F_SETLEASE", None)
_SET_SIGNAL = getattr(fcntl, "F_SETSIG", None)


def is_being_written(path: Path | str) -> bool:
    """Whether somebody holds `path` open for writing.

    Linux grants a read lease only on a file that nobody has open for writing. It is given back at once; a writer that
    comes in between waits for that moment, and the signal that tells us of it is one that is ignored by default.
    Where leases are not to be had (another system, a file of another user, a network file system) the answer is False.
    """
    if _SET_LEASE is None or _SET_SIGNAL is None:
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.fcntl(file, _SET_SIGNAL, signal.SIGURG)
        fcntl.fcntl(file, _SET_LEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, _SET_LEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False
