"""When a reported change is worth reading: each account by itself, and never later than a bound.

Pure: the caller gives the time, in seconds of any clock that never goes back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

QUIET_SECONDS = 0.01
"""How long no event must come before an account is read, so that a change in several steps is read once."""
GROUP_SECONDS = 0.1
"""From the first event on, for files that change again and again."""
PATIENCE_SECONDS = 2.0
"""From the first event on, for files that a process has open for writing; then the files are tried as they are."""


class Writing(Enum):
    """What an event says about the writer of a file: it closed the file, it may be writing, it is, or nothing."""

    CLOSED = 0
    UNSURE = 1
    OPEN = 2
    SAME = 3


@dataclass(slots=True)
class Change:
    """What changed of one account since `first`, and last at `last`: the `files`, or anything if they are None."""

    first: float
    last: float
    files: dict[str, Writing] | None = field(default_factory=dict)

    def note(self, file: str | None, writing: Writing, now: float) -> None:
        """Another event."""
        self.last = now
        if file is None:
            self.files = None
        elif self.files is not None and writing is Writing.SAME:
            self.files.setdefault(file, Writing.CLOSED)
        elif self.files is not None:
            self.files[file] = writing

    def merged(self, later: "Change") -> "Change":
        """This change with a later one on top."""
        files = None if self.files is None or later.files is None else {**self.files, **later.files}
        return Change(self.first, later.last, files)

    @property
    def due(self) -> float:
        """When to read the account; whether a file is still being written is found out then."""
        return min(self.last + QUIET_SECONDS, self.first + GROUP_SECONDS)


class ChangeQueue:
    """The changes of all accounts that were not read yet."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def put(self, key: str, file: str | None, writing: Writing, now: float) -> None:
        """An event about a file of an account, or about anything of it."""
        change = self._changes.get(key)
        if change is None:
            change = self._changes[key] = Change(now, now)
        change.note(file, writing, now)

    def take(self, now: float) -> Mapping[str, Change]:
        """The changes that are due; they are not kept."""
        due = [key for key, change in self._changes.items() if change.due <= now]
        return {key: self._changes.pop(key) for key in due}

    def take_of(self, keys: Collection[str]) -> Mapping[str, Change]:
        """The changes of these accounts, due or not; they are not kept."""
        return {key: self._changes.pop(key) for key in keys if key in self._changes}

    def has(self, key: str) -> bool:
        """Whether an account has a change that was not taken."""
        return key in self._changes

    def next_due(self) -> float | None:
        """When the next change is due; None if there is none."""
        return min((change.due for change in self._changes.values()), default=None)
