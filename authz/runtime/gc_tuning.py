"""Python's cyclic garbage collector and its lock, tuned for a service that must never pause.

A full collection looks at every object: with 10,000 policies it stops all threads for some 20 ms. Accounts, plans and
cached answers form no cycles, so counting references frees them. grpcio leaves a small cycle after every call, which
dies young: frequent collections of the youngest objects are short and find them all.
"""

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The middle generation holds at most 4,000 objects (some 0.7 ms), also while a reload makes a million of them; all are
# looked at only when 400 million outlived their youth.
_THRESHOLDS = (1_000, 4, 100_000)
_BEGUN = 64  # some 1,500 objects: 0.1 ms
# How long the thread that answers waits for one that loads, in seconds; Python's own 0.005 would be the tail.
_SWITCH_INTERVAL = 0.0001


@contextmanager
def held_off() -> Iterator[None]:
    """No collection while everything is loaded for the first time: all of it will live."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Pauses:
    """How long collections have stopped all threads of this process, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def note(self, phase: str, _info: object) -> None:
        """A collection starts or stops, as `gc.callbacks` tells it."""
        if phase == "start":
            self._started = time.perf_counter()
        else:
            self.seconds += time.perf_counter() - self._started


PAUSES = Pauses()


class Youth:
    """Keeps the young few where much of what lives longer comes and goes: tasks of calls, with all that is theirs.

    The interpreter counts what is made less what is freed, of any age: while as much ends as begins, it collects not at
    all, and then tens of thousands at once.
    """

    def __init__(self) -> None:
        self._begun = 0

    def begun(self) -> None:
        """Something began whose objects may live for longer."""
        self._begun += 1
        if self._begun >= _BEGUN:
            self._begun = 0
            gc.collect(1)


YOUTH = Youth()


def settle() -> None:
    """After the first load: collect once, exempt all that lives from every later collection, and keep pauses short.

    From now on pauses are measured.
    """
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    if PAUSES.note not in gc.callbacks:
        gc.callbacks.append(PAUSES.note)
