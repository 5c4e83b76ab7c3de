"""Which accounts to read next, and by which of two readers: the prompt one, or the one for long reads.

Pure: the caller gives the time, in seconds of any clock that never goes back.
"""

from collections.abc import Iterable
from itertools import islice

AT_ONCE = 64
"""Accounts that are read before their versions are published."""
MANY = 256
"""More changes than this at once are left to the other reader, so that later changes do not wait for them."""
ROOT_KEY = ""
"""The key that stands for the whole source if the source itself hangs."""


class Agenda:
    """Accounts by key, in the order in which they came; each is read by one reader at a time."""

    def __init__(self) -> None:
        self._wanted: dict[str, None] = {}
        self._many: dict[str, None] = {}
        self._long: dict[str, None] = {}
        self._later: dict[str, float] = {}
        self._reading: set[str] = set()
        self._stalled: set[str] = set()

    @property
    def is_stalled(self) -> bool:
        """Whether the whole source hangs."""
        return ROOT_KEY in self._stalled

    def want(self, keys: Iterable[str]) -> None:
        """Queue accounts that changed."""
        self._wanted.update(dict.fromkeys(keys))
        if len(self._wanted) > MANY:
            self._many.update(self._wanted)
            self._wanted.clear()

    def want_many(self, keys: Iterable[str]) -> None:
        """Queue accounts that a survey found to differ; there may be many."""
        self._many.update(dict.fromkeys(keys))

    def want_long(self, keys: Iterable[str]) -> None:
        """Queue accounts whose read turned out to take long."""
        self._long.update(dict.fromkeys(keys))

    def want_at(self, when: float, keys: Iterable[str]) -> None:
        """Queue accounts that are to be read at a time."""
        self._later.update(dict.fromkeys(keys, when))

    def prompt(self, now: float) -> list[str]:
        """The accounts that the prompt reader reads now; they count as being read until `end`."""
        self.want([key for key, when in self._later.items() if when <= now and self._is_free(key)])
        return self._begin(islice(filter(self._is_free, self._wanted), AT_ONCE))

    def many(self) -> list[str]:
        """The accounts that the other reader reads in the prompt reader's place."""
        return self._begin(islice(filter(self._is_free, self._many), AT_ONCE))

    def long(self) -> list[str]:
        """The one account that the other reader reads, however long that takes."""
        return self._begin(islice(filter(self._is_free, self._long), 1))

    def everything(self) -> list[str]:
        """Some of all queued accounts, where there is one reader only."""
        keys = [*self._many, *self._wanted, *self._long]
        return self._begin(islice(filter(self._is_free, keys), AT_ONCE))

    def end(self, keys: Iterable[str]) -> None:
        """Note that accounts were read."""
        self._reading.difference_update(keys)

    def end_all(self) -> None:
        """Note that no account is being read any more."""
        self._reading.clear()

    def stall(self, key: str) -> None:
        """Do not read an account, since an earlier read of it hangs."""
        self._stalled.add(key)

    def resume(self, key: str) -> None:
        """Read an account again, since the read that hung has ended."""
        self._stalled.discard(key)
        self.want([key])

    def next_time(self) -> float | None:
        """When the next queued account is due; None if there is none."""
        return min((when for key, when in self._later.items() if self._is_free(key)), default=None)

    def _is_free(self, key: str) -> bool:
        return not self.is_stalled and key not in self._reading and key not in self._stalled

    def _begin(self, chosen: Iterable[str]) -> list[str]:
        keys = list(dict.fromkeys(chosen))
        self._reading.update(keys)
        waiting: tuple[dict[str, None] | dict[str, float], ...] = (self._wanted, self._many, self._long, self._later)
        for each in waiting:
            for key in keys:
                each.pop(key, None)
        return keys
