"""Tuning of Python's garbage collector and thread switching for a service that must not pause.

A full collection traverses every object: with 10,000 policies it stops all threads for some 20 ms. Accounts, plans and
cached decisions form no cycles, so reference counting frees them. grpcio leaves a small cycle after every call, which
frequent, short collections of the youngest objects find.
"""

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The middle generation holds at most 4,000 objects (some 0.7 ms), even while a reload creates a million. A full
# collection runs only after 400 million objects have survived the young generations.
_THRESHOLDS = (1_000, 4, 100_000)
_TASKS = 64  # some 1,500 objects: 0.1 ms
# Seconds for which a serving thread waits for a loading one; Python's default of 0.005 would dominate the tail.
_SWITCH_INTERVAL = 0.0001


@contextmanager
def held_off() -> Iterator[None]:
    """Disable collection during the first load, whose objects all survive."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class GcPauses:
    """Measures the seconds for which garbage collection has paused this process."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def note(self, phase: str, _info: object) -> None:
        """Record the start or the end of a collection; a callback for `gc.callbacks`."""
        if phase == "start":
            self._started = time.perf_counter()
        else:
            self.seconds += time.perf_counter() - self._started


GC_PAUSES = GcPauses()


class YoungCollector:
    """Collects young objects after every few tasks, so that no collection has many of them.

    The interpreter counts objects created minus objects freed, of any age. While as many tasks end as start, it does
    not collect, and later collects tens of thousands of objects at once.
    """

    def __init__(self) -> None:
        self._started = 0

    def task_started(self) -> None:
        """Count a task whose objects may survive a collection; collect if there were enough."""
        self._started += 1
        if self._started >= _TASKS:
            self._started = 0
            gc.collect(1)


YOUNG_COLLECTOR = YoungCollector()


def tune_after_load() -> None:
    """Collect once after the first load, exempt every living object from later collections, and keep those short.

    From now on, pauses are measured.
    """
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    if GC_PAUSES.note not in gc.callbacks:
        gc.callbacks.append(GC_PAUSES.note)
