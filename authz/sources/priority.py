"""How processes that help one that answers stay out of its way."""

import ctypes
import os
import platform
import sys
from contextlib import suppress

_NICENESS = 10
# Linux lets a process go on for its slice, 0.7 to 2.8 ms, before one that was woken has its turn, however much lower
# its priority is; unless the slice is longer than that of the other. It changes nothing of the shares.
_SLICE_NANOSECONDS = 10_000_000
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # the number of the system call


def lower_priority() -> None:
    """Of this process, which helps one that answers; to be called before it starts threads, which inherit it."""
    os.nice(_NICENESS)
    if sys.platform == "linux" and platform.machine() in _SCHED_SETATTR:
        with suppress(OSError):  # as far as the system lets it: without, this process is felt a little more
            _lengthen_slice(_SCHED_SETATTR[platform.machine()])


class _Attributes(ctypes.Structure):
    """`struct sched_attr` of sched_setattr(2); what is not named stays 0."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),  # in nanoseconds; since Linux 6.12 the slice, ignored before
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def _lengthen_slice(call: int) -> None:
    wanted = _Attributes(
        size=ctypes.sizeof(_Attributes),
        policy=os.sched_getscheduler(0),
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        runtime=_SLICE_NANOSECONDS,
    )
    ctypes.CDLL(None).syscall(call, 0, ctypes.byref(wanted), 0)
