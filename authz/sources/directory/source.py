"""The policy directory as a source: one root account, or one for each sub-directory that holds an attachments file."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock

from authz.accounts.model import Account
from authz.errors import Problem, SourceError
from authz.sources.directory import files
from authz.sources.directory.files import ATTACHMENTS, ROOT
from authz.sources.directory.inventory import Inventory, accounts_below, inventory_of, is_single, reports_all_changes
from authz.sources.directory.reader import AccountReader, Gone, Good, Long, Outcome, Refused, Same
from authz.sources.directory.settling import Change, ChangeQueue, Writing
from authz.sources.directory.versions import AccountTexts, VersionMaker
from authz.sources.directory.watch import FolderWatch
from authz.sources.reader_thread import progress
from authz.sources.source import ChangedKeys, Unsettled, Update
from authz.telemetry.events import get_logger

POLL_SECONDS = 1.0
"""Between two surveys if events may be missed."""
REST_SECONDS = 30.0
"""Between two surveys if events report every change."""
_THOROUGH = 20  # of so many surveys, one examines all files, the others folders alone
_RETRY_SECONDS = 5.0  # after the watch failed
_PUMPS = 100  # lots of events that are noted before something is read

log = get_logger("authz.sources")


class DirectorySource:
    """Accounts in files. With `is_watched`, changes are noted from the first survey on.

    `clock` are seconds that never go back.
    """

    def __init__(self, root: Path, *, is_watched: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.root = root
        self._clock = clock
        self._maker = VersionMaker(root, progress)
        self._reader = AccountReader(root, self._maker, clock, self._cover, self._cover_links, self._has_news)
        self._lock = Lock()  # of what follows; nothing is waited for while it is held
        self._queue = ChangeQueue()
        self._is_anything_noted = False
        self._taken: dict[str, Change] = {}
        self._is_watched = is_watched
        self._is_failing = False
        self._watch = self._new_watch()
        self._is_watch_used = False
        self._surveys = 0
        self._reports_all = is_watched and reports_all_changes(root)

    def close(self) -> None:
        """End all watches."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    # Reading --------------------------------------------------------------------------------------------------------

    def survey(self, *, is_thorough: bool) -> frozenset[str]:
        """The keys of accounts that are not as they were read last; see ReadableSource."""
        self._surveys += 1
        is_thorough = is_thorough or self.poll_seconds == POLL_SECONDS or self._surveys % _THOROUGH == 0
        watch = self._watch
        if watch is not None:
            watch.cover_root()
        found = inventory_of(self.root)
        if watch is not None:
            watch.has_linked_places = found.has_links
        changed = set(found.problems)
        for key in found.keys:
            if watch is not None and key in self._reader.held and not watch.covers(key):
                watch.cover(key)  # a new account is watched before it is read
            progress()
            if self._reader.differs(key, is_thorough=is_thorough):
                changed.add(key)
        present = {*found.keys, *found.problems}
        return frozenset(changed.union(key for key in tuple(self._reader.held) if key not in present))

    def read(self, keys: Collection[str], *, is_long: bool) -> Update:
        """The outcome of reading these accounts; see ReadableSource."""
        is_single = self._is_single()
        outcomes: dict[str, Outcome] = {}
        was_account = self._reader.is_account
        were = {key for key in keys if was_account(key)}
        for key in sorted(keys):
            change = self._change_of(key)
            outcome = self._outcome(key, change, is_single=is_single, is_long=is_long)
            if isinstance(outcome, Unsettled | Long):
                self._put_back(key, change)
            elif isinstance(outcome, Gone) and key not in self._reader.held and self._watch is not None:
                self._watch.uncover(key)
            outcomes[key] = outcome
        return self._update(outcomes, were)

    def forget(self, keys: Collection[str]) -> None:
        """What was read of these accounts last was lost; see ReadableSource."""
        for key in keys:
            self._reader.forget(key)

    def _outcome(self, key: str, change: Change, *, is_single: bool, is_long: bool) -> Outcome:
        # A directory that lost its attachments file is a broken account, unless it holds accounts instead.
        if is_single == (key == ROOT) or (key == ROOT and not accounts_below(self.root).keys):
            return self._reader.read(key, change, is_long=is_long)
        self._reader.forget(key)
        return Gone()

    def _is_single(self) -> bool:
        try:
            self.root.stat()
            return is_single(self.root)
        except OSError as error:
            raise SourceError(f"cannot read {self.root}: {error.strerror}") from error

    def _update(self, outcomes: dict[str, Outcome], were: set[str]) -> Update:
        retired: list[object] = []
        changed: dict[str, Account] = {}
        faults: dict[str, tuple[Problem, ...]] = {}
        unsettled: dict[str, Unsettled] = {}
        for key, outcome in outcomes.items():
            match outcome:
                case Good():
                    changed[key] = outcome.account
                    retired += outcome.retired
                case Refused():
                    faults[key] = outcome.problems
                case Unsettled():
                    unsettled[key] = outcome
        return Update(
            changed=changed,
            unchanged=frozenset(key for key, each in outcomes.items() if each == Same(is_good=True)),
            removed=self._removed(outcomes, were),
            faults=faults,
            unsettled=unsettled,
            deferred=frozenset(key for key, each in outcomes.items() if isinstance(each, Long)),
            notes={key: each.note for key, each in outcomes.items() if isinstance(each, Gone) and each.note},
            retired=retired,
        )

    def _removed(self, outcomes: dict[str, Outcome], were: set[str]) -> frozenset[str]:
        """The accounts that are gone; all accounts, if no folder of the others is left."""
        gone = {key for key, each in outcomes.items() if isinstance(each, Gone)}
        if gone.isdisjoint(were) or any(isinstance(each, Good | Same) for each in outcomes.values()):
            return frozenset(gone)
        others = [key for key in tuple(self._reader.held) if self._reader.is_account(key) and key not in gone]
        is_any_left = any(files.list_account(self.root, key).is_there for key in others)
        return frozenset(gone) if is_any_left else frozenset(gone.union(others))

    # Changes --------------------------------------------------------------------------------------------------------

    @property
    def poll_seconds(self) -> float:
        """How often everything should be surveyed besides: often, where changes may be missed."""
        watch = self._watch
        return REST_SECONDS if self._reports_all and watch is not None and watch.is_complete else POLL_SECONDS

    async def changes(self) -> AsyncIterator[ChangedKeys]:
        """Keys as soon as their files seem whole, for ever; see WatchableSource."""
        while True:
            watch = self._fresh_watch()
            if watch is None:
                await asyncio.sleep(_RETRY_SECONDS if self._is_watched else 3600.0)
                continue
            noted = asyncio.Event()
            task = asyncio.create_task(watch.run(noted.set))
            task.add_done_callback(partial(_set, noted))
            try:
                while not task.done():
                    changed, seconds = self._due()
                    if changed is None or changed:
                        yield changed
                    else:
                        await _wait(noted, seconds)
            finally:
                task.cancel()
                await asyncio.wait([task])
            if not task.cancelled() and task.exception() is not None:
                log.warning("the watch failed, changes are found by polling", reason=str(task.exception()))
                await asyncio.sleep(_RETRY_SECONDS)

    def _due(self) -> tuple[ChangedKeys, float | None]:
        """The keys whose changes are worth reading, and in how many seconds there will be more."""
        with self._lock:
            if self._is_anything_noted:
                self._is_anything_noted = False
                return None, None
            now = self._clock()
            due = self._queue.take(now)
            for key, change in due.items():
                self._taken[key] = self._taken[key].merged(change) if key in self._taken else change
            next_due = self._queue.next_due()
        return frozenset(due), None if next_due is None else max(0.0, next_due - now)

    def _new_watch(self) -> FolderWatch | None:
        if not self._is_watched:
            return None
        try:
            watch = FolderWatch(self.root, self._note)
        except OSError as error:
            if not self._is_failing:
                log.warning("the system gives no file events, changes are found by polling", reason=str(error))
            self._is_failing = True
            return None
        self._is_failing = False
        return watch

    def _fresh_watch(self) -> FolderWatch | None:
        """A watch of this process alone: the child of a fork must not share that of its parent."""
        if self._is_watch_used:
            self.close()
            self._watch = self._new_watch()
            self._is_anything_noted = True  # nothing is watched before a survey
        self._is_watch_used = True
        return self._watch

    def _note(self, key: str | None, file: str | None, writing: Writing) -> None:
        with self._lock:
            if key is None:
                self._is_anything_noted = True
            else:
                self._queue.put(key, file, writing, self._clock())

    def _has_news(self, key: str) -> bool | None:
        watch = self._watch
        if watch is None or not self._reports_all or not watch.covers(key):
            return None
        is_all_noted = self._pump()
        with self._lock:
            if self._queue.has(key):
                return True
            return False if is_all_noted and not self._is_anything_noted else None

    def _pump(self) -> bool:
        """Note what has happened up to now; of a flood of events, a part. Whether that was all."""
        watch = self._watch
        return watch is None or any(not watch.pump() for _ in range(_PUMPS))

    def _change_of(self, key: str) -> Change:
        """Take what is known of an account's change; an event from now on belongs to another change."""
        self._pump()
        now = self._clock()
        with self._lock:
            change = self._taken.pop(key, None) or Change(now, now, None)
            later = self._queue.take_of([key]).get(key)
        return change if later is None else change.merged(later)

    def _put_back(self, key: str, change: Change) -> None:
        with self._lock:
            later = self._taken.get(key)
            self._taken[key] = change if later is None else change.merged(later)

    def _cover(self, key: str) -> None:
        if self._watch is not None:
            self._watch.cover(key)

    def _cover_links(self, key: str, folders: Collection[str]) -> None:
        if self._watch is not None:
            self._watch.cover_links(key, folders)

    # For a single read --------------------------------------------------------------------------------------

    def name_of(self, key: str) -> str:
        """The attachments file of an account, as the user would name it."""
        return str(self.root / key / ATTACHMENTS[0])

    def inventory(self) -> Inventory:
        """The folders that are accounts, and the problems of those that may be."""
        return accounts_below(self.root)

    def load(self, key: str) -> Account:
        """The account as it is.

        Raises:
            InvalidAccountError: with every problem of all its files.
        """
        return self._maker.whole(key, self._file_texts(key))

    def texts(self, key: str) -> AccountTexts:
        """The texts of all files of one account."""
        return self._maker.texts(key, self._file_texts(key))

    def _file_texts(self, key: str) -> list[files.FileText]:
        listing = files.list_account(self.root, key)
        texts = [files.read_file(self.root, key, name)[0] for name in sorted(listing.files)]
        return texts + [files.FileText("", problem.file, problem=problem) for problem in listing.problems]


def _set(noted: asyncio.Event, _task: "asyncio.Task[None]") -> None:
    noted.set()


async def _wait(noted: asyncio.Event, seconds: float | None) -> None:
    # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await noted.wait()
    noted.clear()
