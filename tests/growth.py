"""How the cost of work grows with its size: a bound that holds on a machine of any speed."""

import gc
import sys
from time import thread_time

TIMES = 8
_ROUNDS = 5
_MOST = 3 * TIMES  # work in proportion grows 8 times, and in proportion to the square 64 times


def is_proportionate(work, make, size):
    """Whether `work(make(8 * size))` costs about 8 times the processor time of `work(make(size))`, or less.

    The least of some rounds counts, taken in turns: whatever else runs on the machine only adds to a round.
    """
    inputs = make(size), make(size * TIMES)
    least = [float("inf")] * 2
    gc.collect()
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            for at, each in enumerate(inputs):
                began = thread_time()
                work(each)
                least[at] = min(least[at], thread_time() - began)
    finally:
        gc.enable()
    return least[1] < _MOST * least[0]


def steps(work, module):
    """How many lines of `module` `work()` passes: the same on every machine."""
    passed = 0

    def trace(frame, event, _):
        nonlocal passed
        if frame.f_code.co_filename != module.__file__:
            return None
        passed += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return passed
