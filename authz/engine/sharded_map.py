"""A mapping in parts that its versions share: a change copies one part, however much there is.

A copy of all accounts holds up whoever answers: some 2 ms with 10,000 of them, on every change.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar

_PARTS = 256  # a power of 2; of a million entries each has 4,000
_MASK = _PARTS - 1

V = TypeVar("V")


class ShardedMap(Mapping[str, V], Generic[V]):
    """It never changes, and says what a changed one would be."""

    __slots__ = ("_count", "_parts")

    def __init__(self, entries: Mapping[str, V] | None = None) -> None:
        nothing: dict[str, V] = {}
        self._parts: tuple[dict[str, V], ...] = (nothing,) * _PARTS
        self._count = 0
        if entries:
            self._replace((), entries)

    def find(self, key: str) -> V | None:
        """The value of a key; None if there is no such key."""
        return self._parts[hash(key) & _MASK].get(key)

    def updated(self, removed: Collection[str], changed: Mapping[str, V]) -> "ShardedMap[V]":
        """What this is without the keys that are removed, and then with the entries that are changed or new."""
        after: ShardedMap[V] = ShardedMap()
        after._parts, after._count = self._parts, self._count
        after._replace(removed, changed)
        return after

    def changed_since(self, before: "ShardedMap[V]") -> tuple[dict[str, V], frozenset[str]]:
        """The entries whose values are other objects in `before` or not there, and the keys that it alone has."""
        changed: dict[str, V] = {}
        gone: set[str] = set()
        for now, then in zip(self._parts, before._parts, strict=True):  # noqa: SLF001 - of this class too
            if now is not then:
                changed.update((key, value) for key, value in now.items() if then.get(key) is not value)
                gone |= then.keys() - now.keys()
        return changed, frozenset(gone)

    def _replace(self, removed: Collection[str], changed: Mapping[str, V]) -> None:
        """Only as long as nobody else has this one; others may have its parts, so these are copied."""
        parts, own = list(self._parts), set()
        for key in (*removed, *changed):
            at = hash(key) & _MASK
            if at not in own:
                own.add(at)
                parts[at] = dict(parts[at])
            part, before = parts[at], len(parts[at])
            if key in changed:
                part[key] = changed[key]
            else:
                part.pop(key, None)
            self._count += len(part) - before
        self._parts = tuple(parts)

    def __getitem__(self, key: str) -> V:
        return self._parts[hash(key) & _MASK][key]

    def __iter__(self) -> Iterator[str]:
        return (key for part in self._parts for key in part)

    def __len__(self) -> int:
        return self._count
