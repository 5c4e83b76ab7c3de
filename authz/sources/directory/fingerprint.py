"""Numbers by which two states of a file or a folder are distinguished, without holding either."""

import os
import time
from collections.abc import Callable

_YOUNG_SECONDS = 2.0  # as coarse as the times of some file systems are


def fingerprint(status: os.stat_result) -> int:
    """What changes whenever a file is written or replaced, as far as the clock of its file system is precise."""
    return hash((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev))


def folder_fingerprint(status: os.stat_result, clock: Callable[[], float] = time.time) -> int:
    """What changes whenever a name in a folder comes or goes; 0 while it is too young to be relied on."""
    if abs(clock() - max(status.st_mtime, status.st_ctime)) < _YOUNG_SECONDS:
        return 0
    return hash((status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)) or 1


def age(status: os.stat_result, clock: Callable[[], float] = time.time) -> float:
    """Seconds since a file's content changed, by this machine's clock; 0 where the file's time is in the future."""
    return max(0.0, clock() - status.st_mtime)
