"""Interleaved timing of several functions, so that other load on the machine affects all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence

Work = Callable[[], object]
Clock = Callable[[], float]
_LONG_ENOUGH = 0.02  # seconds


def interleaved(works: Sequence[Work], runs: int, clock: Clock = time.perf_counter) -> list[float]:
    """Median seconds of each function: all run once to warm up, then in turn `runs` times.

    A short function is repeated within a run until it takes long enough to be measured. Objects that survive the
    warm-up are hidden from the garbage collector, as the service does after loading.
    """
    for work in works:
        work()
    repeats = [max(1, round(_LONG_ENOUGH / _seconds(clock, work, 1))) for work in works]
    gc.collect()
    gc.freeze()
    try:
        seconds = [[_seconds(clock, *each) for each in zip(works, repeats, strict=True)] for _ in range(runs)]
    finally:
        gc.unfreeze()
    return [statistics.median(each) for each in zip(*seconds, strict=True)]


def _seconds(clock: Clock, work: Work, repeats: int) -> float:
    start = clock()
    for _ in range(repeats):
        work()
    return (clock() - start) / repeats
