"""Which accounts are to be read, and up to which revision everything was: pure, so that no revision is claimed early.

Each revision changes one account. An account is outstanding from the first change that was not read; the complete
revision is the last one before the oldest such change.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

NEVER = -1
"""A revision before the first."""


@dataclass(slots=True)
class Ledger:
    """What is known of a database: `horizon` is the revision up to which changes were learned of.

    `read` are the revisions of the accounts as they were read, good or not, by uin.
    """

    horizon: int = NEVER
    read: dict[str, int] = field(default_factory=dict)
    _outstanding: dict[str, int] = field(default_factory=dict)
    _firsts: dict[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> int:
        """The revision up to which everything was read."""
        first = min(self._outstanding.values(), default=None)
        return self.horizon if first is None else min(first - 1, self.horizon)

    def learn(self, changes: Mapping[str, int], horizon: int) -> None:
        """These accounts changed, each first at a revision; there is no other change until `horizon`."""
        for uin, first in changes.items():
            self._outstanding.setdefault(uin, first)
        self.horizon = horizon

    def compare(self, revisions: Mapping[str, int], horizon: int) -> None:
        """These are all accounts with the revisions of their last changes, as of `horizon`."""
        differing = {uin for uin, revision in revisions.items() if self.read.get(uin) != revision}
        differing.update(self.read.keys() - revisions.keys())
        first = 0 if self.horizon == NEVER else self.complete + 1
        self.learn(dict.fromkeys(differing, first), horizon)

    def wanted(self, asked: Iterable[str], at_most: int) -> list[str]:
        """The accounts to read now: those asked for that are not up to date, and the oldest outstanding ones."""
        wanted = {uin: None for uin in asked if uin in self._outstanding or uin not in self.read}
        for uin in self.oldest()[:at_most]:
            wanted[uin] = None
        return list(wanted)

    def oldest(self) -> list[str]:
        """All outstanding accounts, those first that changed first."""
        return sorted(self._outstanding, key=lambda uin: self._outstanding[uin])

    def note(self, uins: Collection[str], revisions: Mapping[str, int]) -> None:
        """These accounts were read as of `horizon`; those that are not in `revisions` do not exist."""
        for uin in uins:
            first = self._outstanding.pop(uin, None)
            if uin in revisions:
                self.read[uin] = revisions[uin]
                self._firsts[uin] = self._firsts.get(uin, 0) if first is None else first
            else:
                self.read.pop(uin, None)
                self._firsts.pop(uin, None)

    def forget(self, uins: Iterable[str]) -> None:
        """What was read of these accounts was lost: their last changes count as not read."""
        for uin in uins:
            first = self._firsts.pop(uin, self.horizon + 1)
            self._outstanding[uin] = min(first, self._outstanding.get(uin, first))
            self.read.pop(uin, None)
