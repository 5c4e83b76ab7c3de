"""One bound on the memory of all compiled plans: who is asked about, and by which names, is for callers to choose."""

import gc
from collections import OrderedDict
from collections.abc import Callable
from threading import RLock

PLAN_BYTES = 24 * 1024 * 1024
"""What all plans of an engine may hold, unless it is told otherwise."""
_YOUNG_BYTES = 64 * 1024  # of forgotten plans: some 1,000 objects, which are looked at in 0.1 ms


class PlanBudget:
    """Counts the bytes of plans, and forgets plans that were not used lately where all hold more than `most`.

    The one that was looked at first is looked at next: if it was used since, it stays and becomes the last, else it is
    forgotten (the clock algorithm). For any number of threads.
    """

    def __init__(self, most: int = PLAN_BYTES) -> None:
        self.most = most
        self.held = 0
        self._forgotten = 0
        self._meters: OrderedDict[Meter, None] = OrderedDict()
        self._lock = RLock()  # a plan may be freed, and its meter closed, while another one is counted

    def open(self, forget: Callable[[], None]) -> "Meter":
        """The meter of a new plan, which `forget` must let go of."""
        meter = Meter(self, forget)
        with self._lock:
            self._meters[meter] = None
        return meter

    def add(self, meter: "Meter", size: int) -> None:
        """A plan holds so much more, or less."""
        with self._lock:
            if meter in self._meters:
                meter.size += size
                self.held += size
                while self.held > self.most:
                    self._look_at_next(meter)
        if self._forgotten >= _YOUNG_BYTES:
            self._keep_the_young_few()

    def close(self, meter: "Meter") -> None:
        """A plan is gone; a second time does nothing."""
        with self._lock:
            if meter in self._meters:
                del self._meters[meter]
                self.held -= meter.size

    def has(self, meter: "Meter") -> bool:
        """Whether the plan was not forgotten yet."""
        return meter in self._meters

    def _look_at_next(self, growing: "Meter") -> None:
        meter = next(iter(self._meters))
        if meter.is_used or (meter is growing and len(self._meters) > 1):
            meter.is_used = False
            self._meters.move_to_end(meter)
        else:
            self._forgotten += meter.size
            self.close(meter)
            meter.forget()

    def _keep_the_young_few(self) -> None:
        """Collect them while they are few: where as much is freed as is made, Python waits until they are very many."""
        self._forgotten = 0
        if gc.isenabled():
            gc.collect(1)


class Meter:
    """Tells a budget what one plan holds, in bytes. `is_used` is set by whoever uses the plan again."""

    __slots__ = ("_budget", "forget", "is_used", "size")

    def __init__(self, budget: PlanBudget | None, forget: Callable[[], None]) -> None:
        self._budget = budget
        self.forget = forget
        self.is_used = False
        self.size = 0

    @property
    def is_open(self) -> bool:
        """Whether the plan may be kept: it is counted, and was not forgotten."""
        return self._budget is not None and self._budget.has(self)

    def add(self, size: int) -> None:
        """The plan holds so much more, or less."""
        if self._budget is not None:
            self._budget.add(self, size)

    def close(self) -> None:
        """The plan is gone."""
        if self._budget is not None:
            self._budget.close(self)


UNMETERED = Meter(None, lambda: None)
"""For plans that are not kept."""


class Part:
    """What a plan may let go of as a whole, in bytes."""

    __slots__ = ("_meter", "_size")

    def __init__(self, meter: Meter) -> None:
        self._meter: Meter | None = meter
        self._size = 0

    def add(self, size: int) -> None:
        """The part holds so much more, or less; after its release this does nothing."""
        if self._meter is not None:
            self._size += size
            self._meter.add(size)

    def release(self) -> None:
        """The part is gone."""
        if self._meter is not None:
            self._meter.add(-self._size)
            self._meter = None
