"""What a process and its children have used of the processor, to the nanosecond (Linux)."""

from collections.abc import Iterator
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Seconds on a processor of all threads of a process and of those of its children, as the scheduler counts them."""
    return sum(_nanoseconds(each) for each in _family(pid)) / 1e9


def _family(pid: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # gone since it was listed
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += children.get(each, [])


def _nanoseconds(pid: int) -> int:
    return sum(int(stat.read_text().split()[0]) for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"))
