"""Tells whether a file is open for writing, so that half of it is not taken for the whole."""

import fcntl
import os
import signal

_SET_LEASE = getattr(fcntl, "F_SETLEASE", None)
_SET_SIGNAL = getattr(fcntl, "F_SETSIG", None)


def is_open_for_write(path: str) -> bool | None:
    """Whether somebody holds `path` open for writing; None where the system cannot tell.

    Linux grants a read lease only on a file that nobody has open for writing. It is given back at once; a writer that
    comes in between waits for that moment, and the signal that tells us of it is one that is ignored by default.
    Leases are not to be had on another system, on a network's file system, and on a file of another user.
    """
    if _SET_LEASE is None or _SET_SIGNAL is None:
        return None
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.fcntl(file, _SET_SIGNAL, signal.SIGURG)
        fcntl.fcntl(file, _SET_LEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, _SET_LEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(file)
    return False
