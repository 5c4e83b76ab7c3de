"""What a process and its children have used of the processor, to the nanosecond (Linux)."""

from collections.abc import Iterator
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Seconds on a processor of all threads of a process and of those of its children, as the scheduler counts them."""
    return sum(_nanoseconds(each) for each in _family(pid)) / 1e9


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _nanoseconds(pid: int) -> int:
    return sum(int(stat.read_text().split()[0]) for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"))
