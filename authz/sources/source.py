"""What is asked of any place where accounts live, by what it can do: be read, be surveyed, tell of changes.

Accounts are keyed by where they stand (a sub-directory's name, a row's key), since their uin is known only after
reading. A source with revisions of its own, such as a database, gives them with what it read.
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
    """What became of the accounts that were read; each of them stands in one of the first five.

    `changed` are good new versions, `unchanged` those whose last good version is what is there, `removed` those that
    are there no more. `faults` are problems of versions that are refused. `deferred` would take long: they are to be
    read again, with `is_long`. `notes` are about what may be an account or not, by key. `retired` are large parts that
    nobody needs once the update is in force. `revision` is the source's own, if it has any.
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
    """A place of accounts. The methods may block, and are called from threads of the follower's own.

    A key is read by one thread at a time; several threads may read different keys, or survey.
    """

    def survey(self, *, is_thorough: bool) -> frozenset[str]:
        """The keys of all accounts that differ from what was read last, those gone among them, at little cost.

        A thorough survey also finds what changed without leaving a trace in its folder.

        Raises:
            SourceError: if that cannot be told.
        """

    def read(self, keys: Collection[str], *, is_long: bool) -> Update:
        """What became of these accounts since they were read last; of all other accounts nothing is asked.

        Without `is_long`, what would take long may be deferred.

        Raises:
            SourceError: if that cannot be told of any of them.
        """

    def forget(self, keys: Collection[str]) -> None:
        """What was read of these accounts last was lost: they are to be read as if for the first time."""

    def name_of(self, key: str) -> str:
        """The name of an account's main file or row, for messages."""


@runtime_checkable
class WatchableSource(Protocol):
    """A source that tells of changes."""

    def changes(self) -> AsyncIterator[ChangedKeys]:
        """Keys as soon as they are worth reading, for ever. It waits on the event loop and costs nothing meanwhile."""

    @property
    def poll_seconds(self) -> float:
        """How often everything should be surveyed besides: often, where changes may be missed."""
