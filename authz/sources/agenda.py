"""Which accounts are to be read next, and by which of two readers: the prompt one, or the one for what is long.

Pure: whoever calls brings the time, in seconds of any clock that never goes back.
"""

from collections.abc import Iterable
from itertools import islice

AT_ONCE = 64
"""Accounts that are read before what was read comes into force."""
MANY = 256
"""More changes than that at once are no longer prompt: others may come that should not wait for them."""
ROOT_KEY = ""
"""The key that stands for the whole source where it hangs."""


class Agenda:
    """Accounts by key, in the order in which they came; one that is being read is not read by somebody else as well."""

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
        """They changed."""
        self._wanted.update(dict.fromkeys(keys))
        if len(self._wanted) > MANY:
            self._many.update(self._wanted)
            self._wanted.clear()

    def want_many(self, keys: Iterable[str]) -> None:
        """They differ, as a survey found, which may be a great many."""
        self._many.update(dict.fromkeys(keys))

    def want_long(self, keys: Iterable[str]) -> None:
        """To read them takes long, as was found when it was tried."""
        self._long.update(dict.fromkeys(keys))

    def want_at(self, when: float, keys: Iterable[str]) -> None:
        """They are worth reading at a time."""
        self._later.update(dict.fromkeys(keys, when))

    def prompt(self, now: float) -> list[str]:
        """What the prompt reader is to read now; it is noted as being read."""
        self.want([key for key, when in self._later.items() if when <= now and self._is_free(key)])
        return self._begin(islice(filter(self._is_free, self._wanted), AT_ONCE))

    def many(self) -> list[str]:
        """What the other reader is to read as the prompt one would."""
        return self._begin(islice(filter(self._is_free, self._many), AT_ONCE))

    def long(self) -> list[str]:
        """The one account that the other reader is to read however long that takes."""
        return self._begin(islice(filter(self._is_free, self._long), 1))

    def everything(self) -> list[str]:
        """Some of all that is wanted, for whoever reads alone."""
        keys = [*self._many, *self._wanted, *self._long]
        return self._begin(islice(filter(self._is_free, keys), AT_ONCE))

    def end(self, keys: Iterable[str]) -> None:
        """They were read."""
        self._reading.difference_update(keys)

    def end_all(self) -> None:
        """Nobody reads any more."""
        self._reading.clear()

    def stall(self, key: str) -> None:
        """To read it hangs: it is not read again before that has come to an end."""
        self._stalled.add(key)

    def resume(self, key: str) -> None:
        """What hung came back."""
        self._stalled.discard(key)
        self.want([key])

    def next_time(self) -> float | None:
        """When something is worth reading that is not yet."""
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
