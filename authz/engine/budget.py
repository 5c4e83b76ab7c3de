"""Limits the memory of all compiled plans, since callers choose the principals and actions of requests."""

import gc
from collections import OrderedDict
from collections.abc import Callable
from threading import RLock

PLAN_BYTES = 24 * 1024 * 1024
"""The default limit for all plans of an engine, in bytes."""
_YOUNG_BYTES = 64 * 1024  # of evicted plans: about 1,000 objects, which the collector scans in 0.1 ms


class PlanBudget:
    """Counts the bytes of plans, and evicts plans that were not used recently if all exceed `most`.

    Plans are examined in the order of their last examination: a plan that was used since is kept and becomes the last,
    any other is evicted (the clock algorithm). Thread-safe.
    """

    def __init__(self, most: int = PLAN_BYTES) -> None:
        self.most = most
        self.held = 0
        self._evicted = 0
        self._meters: OrderedDict[Meter, None] = OrderedDict()
        self._lock = RLock()  # reentrant: a plan may be freed, and its meter closed, while another is counted

    def open(self, forget: Callable[[], None]) -> "Meter":
        """A meter for a new plan; `forget` must release the plan."""
        meter = Meter(self, forget)
        with self._lock:
            self._meters[meter] = None
        return meter

    def add(self, meter: "Meter", size: int) -> None:
        """Add `size` bytes to those of a plan; `size` may be negative."""
        with self._lock:
            if meter in self._meters:
                meter.size += size
                self.held += size
                while self.held > self.most:
                    self._examine_next(meter)
        if self._evicted >= _YOUNG_BYTES:
            self._collect_evicted()

    def close(self, meter: "Meter") -> None:
        """Stop counting a plan; does nothing if it is not counted."""
        with self._lock:
            if meter in self._meters:
                del self._meters[meter]
                self.held -= meter.size

    def has(self, meter: "Meter") -> bool:
        """Whether the plan is counted and was not evicted."""
        return meter in self._meters

    def _examine_next(self, growing: "Meter") -> None:
        meter = next(iter(self._meters))
        if meter.is_used or (meter is growing and len(self._meters) > 1):
            meter.is_used = False
            self._meters.move_to_end(meter)
        else:
            self._evicted += meter.size
            self.close(meter)
            meter.forget()

    def _collect_evicted(self) -> None:
        """Collect evicted plans early: where frees balance allocations, Python would collect them very late."""
        self._evicted = 0
        if gc.isenabled():
            gc.collect(1)


class Meter:
    """Reports the bytes of one plan to a budget. Users of the plan set `is_used`."""

    __slots__ = ("_budget", "forget", "is_used", "size")

    def __init__(self, budget: PlanBudget | None, forget: Callable[[], None]) -> None:
        self._budget = budget
        self.forget = forget
        self.is_used = False
        self.size = 0

    @property
    def is_open(self) -> bool:
        """Whether the plan may be kept: it is counted and was not evicted."""
        return self._budget is not None and self._budget.has(self)

    def add(self, size: int) -> None:
        """Add `size` bytes to those of the plan; `size` may be negative."""
        if self._budget is not None:
            self._budget.add(self, size)

    def close(self) -> None:
        """Stop counting the plan."""
        if self._budget is not None:
            self._budget.close(self)


UNMETERED = Meter(None, lambda: None)
"""The meter of plans that are not kept."""


class Part:
    """The bytes of a part of a plan that is released as a whole."""

    __slots__ = ("_meter", "_size")

    def __init__(self, meter: Meter) -> None:
        self._meter: Meter | None = meter
        self._size = 0

    def add(self, size: int) -> None:
        """Add `size` bytes to those of the part; does nothing after the release."""
        if self._meter is not None:
            self._size += size
            self._meter.add(size)

    def release(self) -> None:
        """Stop counting the part."""
        if self._meter is not None:
            self._meter.add(-self._size)
            self._meter = None
