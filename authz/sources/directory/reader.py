"""Reads one account of a directory: lists it, waits for a whole version, reads what changed, builds an account."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from authz.accounts.model import Account
from authz.errors import InvalidAccountError, Problem
from authz.sources.directory import files
from authz.sources.directory.files import ATTACHMENTS, FileText, Listing, Mark
from authz.sources.directory.open_for_write import is_open_for_write
from authz.sources.directory.settling import PATIENCE_SECONDS, QUIET_SECONDS, Change, Writing
from authz.sources.directory.versions import (
    MANY_FILES,
    Difference,
    Held,
    Made,
    TakesLongError,
    VersionMaker,
    WholeAccountNeededError,
    retired,
)
from authz.sources.reader_thread import step
from authz.sources.source import Unsettled

LONG_FILES = 100
"""Files that are read while other accounts wait; a read of more is long."""
LONG_BYTES = 32 * 1024
"""Of an attachments file, likewise: some 50 ms."""
STANDING_SECONDS = 1.0
"""How long an attachments.yaml must stay unchanged if the system cannot say whether it is being written."""
OPEN_STANDING_SECONDS = 10.0
"""The same if a process is known to have it open for writing."""
_GONE_SECONDS = 0.1  # before an account is taken away: another folder may be about to take its place
_WRITER_SECONDS = 20.0  # a writer that has paused for so long is not waited for
_POLICY_STANDING_SECONDS = 0.02  # half of a JSON text is none, so that little is risked


@dataclass(frozen=True, slots=True)
class Good:
    """A new version; `retired` are the parts of the one before that it does not have."""

    account: Account
    retired: list[object]


@dataclass(frozen=True, slots=True)
class Same:
    """The version was read already; it is the good version in force, or one that was refused."""

    is_good: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A version with problems."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no account; `note` is the problem of a folder that may be one but cannot be listed."""

    note: Problem | None = None


@dataclass(frozen=True, slots=True)
class Long:
    """The read would take so long that other accounts should not wait for it."""


Outcome = Good | Same | Refused | Gone | Long | Unsettled


@dataclass(slots=True)
class _Found:
    """How an account's files differ from its last good version; `marks` are the files to read.

    It `is_linked` if links lead to any of its folders or files.
    """

    marks: dict[str, Mark]
    gone: frozenset[str]
    problems: list[Problem]
    fingerprint: int
    is_all: bool
    folders: int = 0
    is_linked: bool = False
    read: dict[str, int] = field(default_factory=dict)


class AccountReader:
    """Knows what was read of each account. Several threads may read, but one key is read by one at a time.

    `has_news` says whether anything of an account changed since its read began; None if that is unknown.
    """

    def __init__(
        self,
        root: Path,
        maker: VersionMaker,
        clock: Callable[[], float],
        cover: Callable[[str], None],
        cover_links: Callable[[str, Collection[str]], None],
        has_news: Callable[[str], bool | None],
    ) -> None:
        self.held: dict[str, Held] = {}
        self._lock = Lock()  # nothing may be kept of an account after it was forgotten
        self._root = root
        self._maker = maker
        self._clock = clock
        self._cover = cover
        self._cover_links = cover_links
        self._has_news = has_news
        self._standing: dict[str, dict[str, tuple[int, float]]] = {}

    def differs(self, key: str, *, is_thorough: bool) -> bool:
        """Whether an account differs from its last read; by the times of its folders alone unless `is_thorough`."""
        held = self.held.get(key)
        if held is None:
            return True
        if not is_thorough and held.folders and held.folders == files.folders_mark(self._root, key):
            return False
        listing = files.list_account(self._root, key)
        if self._found(held, listing, {}).fingerprint != held.fingerprint:
            return True
        held.folders = listing.folders
        return False

    def read(self, key: str, change: Change, *, is_long: bool) -> Outcome:
        """The outcome of reading an account; `change` is what is known of the changes since its last read."""
        held = self.held.get(key) or Held()
        named = change.files or {}
        if held.files is not None and change.files is not None:
            found = self._named(key, held, named)
        else:
            listing = self._listing(key)
            if not listing.is_there:
                return self._gone(key, change)
            if held.account is None and not listing.has_attachments:
                return self._bare(key, listing)
            found = self._found(held, listing, named)
        if found.fingerprint == held.fingerprint and not named and key in self.held:
            held.folders = found.folders or held.folders
            return Same(held.is_good)
        unsettled = self._unsettled(key, held, found, change)
        if unsettled is not None:
            return unsettled
        if len(found.marks) > LONG_FILES and not is_long:
            return Long()
        return self._tried(key, held, found, change, is_long=is_long)

    def is_account(self, key: str) -> bool:
        """Whether a good version of it was read."""
        held = self.held.get(key)
        return held is not None and held.account is not None

    def forget(self, key: str) -> None:
        """Forget an account that is gone, or whose version was lost."""
        with self._lock:
            self.held.pop(key, None)
            self._standing.pop(key, None)

    # Listing --------------------------------------------------------------------------------------------------------

    def _listing(self, key: str) -> Listing:
        # Links stay watched while the account is listed: an event between two watches would be lost.
        self._cover(key)
        listing = files.list_account(self._root, key)
        own = files.path_of(self._root, key, "").rstrip("/")  # which is watched anyway
        folders = {each for link in listing.links.values() for each in (link.place, link.link_folder)}
        self._cover_links(key, {each for each in folders if each is not None and each != own})
        return listing

    def _named(self, key: str, held: Held, named: dict[str, Writing]) -> _Found:
        """By the files that events name, and those that differed before; no other file is examined."""
        problems: list[Problem] = []
        marks: dict[str, Mark] = {}
        gone: set[str] = set()
        for name in held.tried.keys() | named.keys():
            mark, found = files.examine(self._root, key, name)
            problems += found
            if mark is not None:
                marks[name] = mark
            elif found or name in (held.files or {}):
                gone.add(name)
        return _different(held, marks, gone, problems, named)

    def _found(self, held: Held, listing: Listing, named: dict[str, Writing]) -> _Found:
        """By a list of all files."""
        if held.files is None or len(listing.files) <= MANY_FILES:
            found = _Found(listing.files, frozenset(), listing.problems, listing.fingerprint, is_all=True)
            found.folders, found.is_linked = listing.folders, _is_linked(listing)
            return found
        gone = (held.files.keys() | listing.blocked) - listing.files.keys()
        found = _different(held, listing.files, gone, listing.problems, named)
        found.folders, found.is_linked = listing.folders, _is_linked(listing)
        return found

    # What is not to be read -----------------------------------------------------------------------------------------

    def _gone(self, key: str, change: Change) -> Outcome:
        left = change.first + _GONE_SECONDS - self._clock()
        held = self.held.get(key)
        if left > 0 and held is not None and held.account is not None:
            return Unsettled(str(self._root / key), "the folder is gone", left)
        step(key, "")
        self.forget(key)
        return Gone()

    def _bare(self, key: str, listing: Listing) -> Outcome:
        """Remember a folder that is not an account, so that it is not listed again while it stays as it is."""
        with self._lock:
            step(key, "")
            self.held[key] = Held(fingerprint=listing.fingerprint, folders=listing.folders)
        return Gone(listing.problems[0] if listing.problems else None)

    def _unsettled(self, key: str, held: Held, found: _Found, change: Change) -> Unsettled | None:
        """The file to wait for, if one is not whole yet."""
        named = change.files or {}
        waits = [
            wait
            for name, mark in found.marks.items()
            if mark.age < _WRITER_SECONDS
            and (mark.fingerprint != held.main or name not in ATTACHMENTS)
            and named.get(name) is not Writing.CLOSED
            and (wait := self._wait(key, name, mark, named.get(name), change)) is not None
        ]
        if not waits:
            self._standing.pop(key, None)
            return None
        return max(waits, key=lambda wait: wait.seconds)

    def _wait(self, key: str, name: str, mark: Mark, writing: Writing | None, change: Change) -> Unsettled | None:
        path = files.path_of(self._root, key, name)
        is_open = is_open_for_write(path)
        if is_open is None and writing is Writing.OPEN:
            is_open = True
        if is_open is False or (is_open is None and mark.is_placed):
            return None
        now = self._clock()
        known = self._standing.setdefault(key, {}).get(name)
        if known is None or known[0] != mark.fingerprint:
            known = self._standing[key][name] = (mark.fingerprint, now)
        stood = now - known[1]
        is_yaml = name == ATTACHMENTS[0]  # of which a part may be another valid file
        if is_open:
            left = max(change.first + PATIENCE_SECONDS - now, OPEN_STANDING_SECONDS - stood if is_yaml else 0.0)
            return (
                Unsettled(path, "a process has it open for writing", _soon(left, now - change.first))
                if left > 0
                else None
            )
        left = (STANDING_SECONDS if is_yaml else _POLICY_STANDING_SECONDS) - max(stood, mark.age)
        return Unsettled(path, "it may still be being written", _soon(left, 0.0)) if left > 0 else None

    # Reading --------------------------------------------------------------------------------------------------------

    def _tried(self, key: str, held: Held, found: _Found, change: Change, *, is_long: bool) -> Outcome:
        made: Made | None = None
        try:
            made = self._made(key, held, found, is_long=is_long)
            outcome = _outcome(held, made)
        except TakesLongError:
            return Long()
        except WholeAccountNeededError:
            return self._tried_whole(key, held, change) if is_long else Long()
        except InvalidAccountError as error:
            outcome = Refused(error.problems)
        if self._clock() - change.first < PATIENCE_SECONDS and self._is_stale(key, found):
            return Unsettled(files.path_of(self._root, key, ""), "it changes while it is read", QUIET_SECONDS)
        with self._lock:
            step(key, "")
            self._keep(key, held, found, made)
        return outcome

    def _tried_whole(self, key: str, held: Held, change: Change) -> Outcome:
        before = Held(account=held.account)
        found = self._found(before, self._listing(key), {})
        return self._tried(key, before, found, change, is_long=True)

    def _made(self, key: str, held: Held, found: _Found, *, is_long: bool) -> Made:
        texts: list[FileText] = []
        for name in sorted(found.marks):
            self._maker.pause()
            text, found.read[name] = files.read_file(self._root, key, name)
            texts.append(text)
        # An entry that could not be examined belongs to the version, too: the version is refused.
        texts += [FileText("", problem.file, problem=problem) for problem in found.problems]
        long_bytes = files.MAX_ATTACHMENTS_BYTES if is_long else LONG_BYTES
        return self._maker.next(key, held, Difference(texts, found.gone, found.is_all, long_bytes))

    def _is_stale(self, key: str, found: _Found) -> bool:
        """Whether anything changed since it was listed: then its files may never have existed together as read."""
        if any(mark.fingerprint != found.read.get(name) for name, mark in found.marks.items()):
            return True
        has_news = self._has_news(key)
        if has_news is not None and not found.is_linked and not any(mark.is_link for mark in found.marks.values()):
            return has_news
        # No event reports changes, or not all: the targets of links may have changed before they were watched.
        listing = files.list_account(self._root, key)
        now = {name: mark.fingerprint for name, mark in listing.files.items()}
        then = {name: mark.fingerprint for name, mark in found.marks.items()}
        return any(now.get(name) != mark for name, mark in then.items()) or (found.is_all and len(now) != len(then))

    def _keep(self, key: str, held: Held, found: _Found, made: Made | None) -> None:
        if made is None:
            held.is_good = False
            held.tried = {} if found.is_all else _differing(held, found.read, found.gone)
            if found.is_all:
                held.files = None  # the next version is read as a whole, too
        else:
            is_many = len(found.read if found.is_all else held.files or ()) > MANY_FILES
            if found.is_all:
                held.files = dict(found.read) if is_many else None
            elif held.files is not None:
                held.files.update(found.read)
                for name in found.gone:
                    held.files.pop(name, None)
            held.account, held.is_good, held.tried = made.account, True, {}
            held.attachments, held.users = made.attachments, made.users
            held.main = next((found.read[name] for name in ATTACHMENTS if name in found.read), held.main)
            held.holders = made.holders if is_many else None
        held.fingerprint = _kept_fingerprint(held, found, is_good=made is not None)
        held.folders = found.folders
        self.held[key] = held


def _is_linked(listing: Listing) -> bool:
    return listing.is_linked or bool(listing.links)


def _outcome(held: Held, made: Made) -> Outcome:
    if made.account is held.account:
        return Same(is_good=True)
    return Good(made.account, retired(held.account, made.account))


def _different(
    held: Held, marks: dict[str, Mark], gone: Iterable[str], problems: list[Problem], named: dict[str, Writing]
) -> _Found:
    good, absent = held.files or {}, frozenset(gone)
    changed = {name: mark for name, mark in marks.items() if name in named or good.get(name) != mark.fingerprint}
    differing = _differing(held, {name: mark.fingerprint for name, mark in changed.items()}, absent)
    return _Found(changed, absent, problems, _fingerprint(differing, problems), is_all=False)


def _differing(held: Held, files_now: dict[str, int], gone: frozenset[str]) -> dict[str, int]:
    """The files that differ from the good version, 0 for those gone."""
    good = held.files or {}
    return {name: mark for name, mark in files_now.items() if good.get(name) != mark} | dict.fromkeys(gone, 0)


def _fingerprint(differing: dict[str, int], problems: Iterable[Problem]) -> int:
    return hash((frozenset(differing.items()), frozenset(problems)))


def _kept_fingerprint(held: Held, found: _Found, *, is_good: bool) -> int:
    """The fingerprint that the next listing finds if nothing changes."""
    if held.files is None:
        return found.fingerprint
    return _fingerprint({}, ()) if is_good else _fingerprint(held.tried, found.problems)


def _soon(left: float, waited: float) -> float:
    """When to try again a file that may become whole early: the later, the longer it was waited for."""
    return min(left, max(2 * QUIET_SECONDS, min(waited / 4, 0.5)))
