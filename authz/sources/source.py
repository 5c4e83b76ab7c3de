"""What the follower asks of any place where accounts live."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol

from authz.accounts.model import Account

Hint = frozenset[str] | None
"""The keys of accounts that may have changed; None: any of them may have."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is there, without reading it: for each account found a stamp that differs whenever its content does.

    Accounts are keyed by where they stand (a sub-directory's name), since their uin is known only after reading.
    `bare` are places without an account's main file: accounts that lost it, or something else altogether.
    """

    accounts: Mapping[str, Hashable]
    bare: Mapping[str, Hashable]

    def present(self, in_force: Collection[str]) -> dict[str, Hashable]:
        """The accounts there are; one that is in force and lost its main file is broken, not gone."""
        broken = {key: stamp for key, stamp in self.bare.items() if key in in_force}
        return {**self.accounts, **broken}

    def differing(self, taken: Mapping[str, Hashable], in_force: Collection[str]) -> frozenset[str]:
        """The accounts present that were not `taken` in this version, and those taken that are gone.

        With many accounts this is to be done on another thread.
        """
        present = self.present(in_force)
        changed = {key for key, stamp in present.items() if not _is_same(taken.get(key), stamp)}
        return frozenset(changed | {key for key in taken if key not in present})


def _is_same(taken: Hashable, stamp: Hashable) -> bool:
    return taken is stamp or taken == stamp  # the same object nearly always, and comparing it takes long


class Source(Protocol):
    """A readable place of accounts. Its methods may block and are called off the event loop."""

    def look(self) -> Look:
        """What is there now.

        Raises:
            SourceError: if that cannot be told.
        """

    def look_at(self, keys: Collection[str]) -> Look:
        """The same for these places only, at a cost that does not depend on the others.

        Raises:
            SourceError: if that cannot be told.
        """

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether nobody is in the middle of writing these accounts, as far as that can be told."""

    def load(self, key: str) -> Account:
        """Read one account.

        Raises:
            InvalidAccountError: with every problem of it.
        """

    def slow_down(self) -> None:
        """From now on somebody else needs the processor too: load gently."""

    def missing(self, key: str) -> str:
        """The name of an account's main file, for error messages."""
