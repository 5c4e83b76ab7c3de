"""Protocols of sources of accounts, by capability: they can be read, be surveyed, and report changes.

Accounts are keyed by their place (a sub-directory's name, a row's key), since their uin is known after reading only.
A source with revisions of its own, such as a database, gives them with what it read.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from authz.accounts.model import Account
from authz.errors import Problem

ChangedKeys = frozenset[str] | None
"""The keys of accounts that may have changed; None: any of them may have."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A version that is not whole yet: `path` is what it waits for, and `seconds` later it is worth another read."""

    path: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Update:
    """The outcome of reading accounts; each of them is in one of the first five.

    `changed` are good new versions, `unchanged` those whose last good version is still the newest, `removed` those
    that are gone. `faults` are problems of versions that are refused. `deferred` would take long: they are to be
    read again, with `is_long`. `notes` are problems of entries that may be accounts, by key. `retired` are large parts
    that are not needed once the update is in force. `revision` is the source's own, if it has any.
    """

    changed: Mapping[str, Account] = field(default_factory=dict)
    unchanged: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    faults: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    unsettled: Mapping[str, Unsettled] = field(default_factory=dict)
    deferred: frozenset[str] = frozenset()
    notes: Mapping[str, Problem] = field(default_factory=dict)
    retired: list[object] = field(default_factory=list)
    revision: int | None = None


class ReadableSource(Protocol):
    """A place of accounts. The methods may block; the follower calls them on its own threads.

    A key is read by one thread at a time; several threads may read different keys, or survey.
    """

    def survey(self, *, is_thorough: bool) -> frozenset[str]:
        """The keys of all accounts that differ from what was read last, those gone among them, at little cost.

        A thorough survey also finds what changed without leaving a trace in its folder.

        Raises:
            SourceError: if the source cannot be surveyed.
        """

    def read(self, keys: Collection[str], *, is_long: bool) -> Update:
        """The outcome of reading these accounts; no other account is read.

        Without `is_long`, what would take long may be deferred.

        Raises:
            SourceError: if none of them can be read.
        """

    def forget(self, keys: Collection[str]) -> None:
        """Forget what was read of these accounts, so that they are read as if for the first time."""

    def name_of(self, key: str) -> str:
        """The name of an account's main file or row, for messages."""


@runtime_checkable
class WatchableSource(Protocol):
    """A source that reports changes."""

    def changes(self) -> AsyncIterator[ChangedKeys]:
        """Keys as soon as they are worth reading, for ever. It waits on the event loop and costs nothing meanwhile."""

    @property
    def poll_seconds(self) -> float:
        """Seconds between surveys of everything: few, if changes may be missed."""
