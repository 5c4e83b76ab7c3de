"""Whether a file is open for writing, so that half of it is not taken for the whole."""

import fcntl
import os
import signal

_SET_LEASE = getattr(fcntl, "F_SETLEASE", None)
_SET_SIGNAL = getattr(fcntl, "F_SETSIG", None)


def is_open_for_write(path: str) -> bool | None:
    """Whether a process has `path` open for writing; None if the system cannot say.

    Linux grants a read lease only on a file that no process has open for writing. It is given back at once; a writer
    that opens the file in between waits for that moment, and its signal to this process is ignored by default.
    Leases are not available on other systems, on network file systems, and on files of another user.
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
