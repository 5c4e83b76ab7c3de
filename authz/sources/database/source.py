"""A database as a source of accounts: by its change log it knows what changed, and by a copy it outlives an outage."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from authz.accounts.model import Account
from authz.accounts.parsed import ParsedPolicies
from authz.errors import Problem, SourceError
from authz.sources.database.copying import Copying
from authz.sources.database.last_good import LastGoodCopy
from authz.sources.database.ledger import NEVER, Ledger
from authz.sources.database.signals import Signals
from authz.sources.reader_thread import ReaderThread, StalledError, progress, step
from authz.sources.source import ChangedKeys, Update
from authz.store.account_assembly import assemble_all
from authz.store.account_rows import AccountRows, read_rows
from authz.store.address import parse_address
from authz.store.database import Database
from authz.store.errors import SchemaError, StoreError
from authz.store.session import Reader
from authz.telemetry.events import get_logger

_POLL_SECONDS = 5.0
"""Between two comparisons of all revisions, should a signal get lost."""
_OFTEN_SECONDS = 1.0
"""The same where signals are switched off."""
_AT_ONCE = 500
"""The most accounts that are read because they changed, beside those that were asked for."""
_TOGETHER = 32
"""Accounts whose rows are read by the same queries."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between attempts to connect again, doubled and spread

log = get_logger("authz.sources")


class DatabaseSource:
    """The accounts of a database, keyed by their uins; for any number of threads.

    Without `is_watched` changes are found by polling. `last_good` is the folder of the last good copy, if one is kept.

    Raises:
        StoreError: if the URL is malformed.
    """

    def __init__(self, url: str, *, is_watched: bool = True, last_good: Path | None = None) -> None:
        self._url = url
        self._address = parse_address(url)
        self._is_watched = is_watched
        self._lock = threading.RLock()
        self._opening = threading.Lock()
        self._database: Database | None = None
        self._ledger = Ledger()
        self._known = ParsedPolicies()
        self._accounts: dict[str, Account] = {}
        self._faults: dict[str, tuple[Problem, ...]] = {}
        self._copy = None if last_good is None else LastGoodCopy(last_good, self._address.shown)
        self._copying = None if self._copy is None else Copying(self._copy, self._everything)
        self._is_copied = False
        self._identity = ""
        self._copied_until = NEVER
        self._thread = ReaderThread("authz-changes", lambda _: None)

    # Reading --------------------------------------------------------------------------------------------------------

    def survey(self, *, is_thorough: bool) -> frozenset[str]:
        """The accounts that differ from what was read last.

        The first time, if the database cannot be reached or is older than the last good copy, those of the copy.

        Raises:
            SourceError: if the database cannot be reached, or is older than what was served.
        """
        del is_thorough  # every survey compares all revisions
        with self._lock:
            try:
                with self._reading() as reader:
                    self._ledger.compare(reader.accounts.revisions(), reader.revision)
            except StoreError as error:
                is_fallible = self._ledger.horizon == NEVER and not isinstance(error, SchemaError)
                if not is_fallible or not self._turn_to_copy(str(error)):
                    raise SourceError(str(error)) from None
            return frozenset(self._ledger.oldest())

    def read(self, keys: Collection[str], *, is_long: bool) -> Update:
        """What became of these accounts, and of others that changed before them.

        Raises:
            SourceError: if the database cannot be reached.
        """
        del is_long  # an account is read in a few queries
        step("", self._address.shown)
        with self._lock:
            is_first = self._ledger.complete == NEVER
            if self._is_copied:
                wanted = self._ledger.wanted(keys, 0)
                rows = self._needed_copy().rows(wanted)
            else:
                wanted, rows = self._fetch(keys, 0 if is_first else _AT_ONCE)
            return self._update(keys, wanted, rows)

    def forget(self, keys: Collection[str]) -> None:
        """What was read of these accounts last was lost."""
        with self._lock:
            self._ledger.forget(keys)
            for key in keys:
                self._accounts.pop(key, None)

    def name_of(self, key: str) -> str:
        """The account in the database, for messages."""
        return f"{self._address.shown} account {key}" if key else f"an account in {self._address.shown}"

    def close(self) -> None:
        """Release the database, once what waits is written to the copy; reading connects again."""
        self._thread.close()
        if self._copying is not None:
            self._copying.close()
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _fetch(self, keys: Collection[str], at_most: int) -> tuple[list[str], dict[str, AccountRows]]:
        try:
            with self._reading() as reader:
                self._learn(reader)
                wanted = self._ledger.wanted(keys, at_most)
                return wanted, dict(_rows_of(reader, wanted))
        except StoreError as error:
            raise SourceError(str(error)) from None

    def _update(self, keys: Collection[str], wanted: list[str], rows: Mapping[str, AccountRows]) -> Update:
        good: dict[str, Account] = {}
        faults: dict[str, tuple[Problem, ...]] = {}
        for uin in rows:
            progress()  # raises if the call was left behind: nothing is noted before all accounts are assembled
            one_good, one_bad = assemble_all({uin: rows[uin]}, self._known, self._accounts)
            good.update(one_good)
            faults.update(one_bad)
        progress()
        changed = {uin: account for uin, account in good.items() if self._accounts.get(uin) is not account}
        self._ledger.note(wanted, {uin: each.account.revision for uin, each in rows.items()})
        gone = frozenset(wanted) - rows.keys()
        self._accounts.update(changed)
        for uin in (*gone, *good):
            self._faults.pop(uin, None)
        for uin in gone:
            self._accounts.pop(uin, None)
        self._faults.update(faults)
        self._keep(rows.keys() - faults.keys(), rows, gone)
        asked = frozenset(keys)
        old_faults = {uin: self._faults[uin] for uin in asked - rows.keys() if uin in self._faults}
        return Update(
            changed=changed,
            unchanged=frozenset((good.keys() | asked) - changed.keys() - faults.keys() - old_faults.keys() - gone),
            removed=gone,
            faults={**faults, **old_faults},
            revision=max(self._ledger.complete, 0),
        )

    # The database ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Reader]:
        """A snapshot of the database, which is the one that is served, and not older than that.

        Raises:
            StoreError: if there is none.
        """
        database = self._opened()
        with database.read() as reader:
            served = self._ledger.horizon
            if reader.revision < served:
                what = f"{self._address.shown} is at revision {reader.revision}, older than {served}, which was served"
                raise StoreError(f"{what}; was it restored from a backup? {self._advice()}")
            if database.identity != (self._identity or database.identity):
                raise StoreError(f"{self._address.shown} is another database than the one served; {self._advice()}")
            self._identity = database.identity
            yield reader

    def _advice(self) -> str:
        copy = "" if self._copy is None else f"delete {self._copy.path} and "
        return f"{copy}restart the sidecar to serve it"

    def _opened(self) -> Database:
        with self._opening:
            if self._database is None:
                database = Database.open(self._url)
                try:
                    self._compare_with_copy(database)
                except BaseException:
                    database.close()
                    raise
                self._database = database
            return self._database

    def _compare_with_copy(self, database: Database) -> None:
        """Serve nothing that is older than what was served before the sidecar started."""
        if self._copy is None:
            return
        try:
            head = self._copy.head()
        except SourceError as error:
            log.warning("the last good copy cannot be read, and is replaced", reason=str(error))
            self._copy.discard()
            return
        if head is None:
            return
        if head.identity != database.identity:
            log.warning(
                "the last good copy is of another database, and is replaced", path=str(self._needed_copy().path)
            )
        elif head.revision > database.revision():
            what = f"{self._address.shown} is older than revision {head.revision}, which was served before"
            raise StoreError(f"{what}; was it restored from a backup? {self._advice()}")

    def _learn(self, reader: Reader) -> None:
        if self._ledger.horizon == NEVER:
            self._ledger.compare(reader.accounts.revisions(), reader.revision)
        else:
            self._ledger.learn(reader.changes.accounts_since(self._ledger.horizon), reader.revision)

    # The last good copy ---------------------------------------------------------------------------------------------

    def _turn_to_copy(self, reason: str) -> bool:
        """Begin with the last good copy; False if there is none."""
        head = None if self._copy is None else self._copy.head()
        if head is None:
            return False
        self._is_copied, self._identity = True, head.identity
        self._copied_until = head.revision
        self._ledger.compare(self._needed_copy().revisions(), head.revision)
        age = round(time.time() - head.written_at)
        copy = {"path": str(self._needed_copy().path), "revision": str(head.revision), "age_seconds": age}
        log.warning("the database cannot be used: starting from the last good copy", reason=reason, **copy)
        return True

    def _keep(self, good: Iterable[str], rows: Mapping[str, AccountRows], gone: Collection[str]) -> None:
        """Have what was read written to the copy, once everything is complete."""
        if self._is_copied:
            self._is_copied = bool(self._ledger.oldest())  # once everything was read, the database goes on
            return
        if self._copying is None:
            return
        complete, since = self._ledger.complete, self._copied_until
        if complete == NEVER:
            return
        self._copied_until = complete
        identity = self._identity
        if since == NEVER:
            head = self._needed_copy().head()
            if head is None or head.identity != identity or head.revision < complete:
                self._copying.submit(identity, None, complete, {}, ())
        else:
            self._copying.submit(identity, since, complete, {uin: rows[uin] for uin in good}, gone)

    def _needed_copy(self) -> LastGoodCopy:
        if self._copy is None:
            raise SourceError("no last good copy is kept")
        return self._copy

    @contextmanager
    def _everything(self) -> Iterator[tuple[str, int, Iterator[AccountRows]]]:
        """All good accounts as of one revision, for the copy."""
        try:
            database = self._opened()
            with database.read() as reader:
                yield database.identity, reader.revision, self._good_rows(reader)
        except StoreError as error:
            raise SourceError(str(error)) from None

    def _good_rows(self, reader: Reader) -> Iterator[AccountRows]:
        for uin, rows in _rows_of(reader, sorted(reader.accounts.revisions())):
            if uin not in self._faults:
                yield rows

    # Watching -------------------------------------------------------------------------------------------------------

    @property
    def poll_seconds(self) -> float:
        """How often all revisions should be compared besides."""
        return _POLL_SECONDS if self._is_watched else _OFTEN_SECONDS

    async def changes(self) -> AsyncIterator[ChangedKeys]:
        """The accounts that changed, as soon as the database says that something did, for ever."""
        if not self._is_watched:
            await asyncio.Event().wait()
        pause = 0.0
        while True:
            with suppress(StoreError, SourceError, StalledError):
                async for keys in self._announced():
                    pause = 0.0
                    if keys:
                        yield keys
            if pause == 0.0:
                yield None  # a survey says whether the database is lost
            pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - it spreads the attempts of many sidecars

    async def _announced(self) -> AsyncIterator[frozenset[str]]:
        """The accounts that changed before each signal, those before the first one included."""
        signals = await self._thread.run(lambda: Signals(self._opened()))
        keys: frozenset[str] | None = None
        try:
            while True:
                yield await self._thread.run(self._changed_keys) if keys is None else keys
                keys = await signals.next()
        finally:
            signals.close()

    def _changed_keys(self) -> frozenset[str]:
        with self._lock, self._reading() as reader:
            if self._ledger.horizon == NEVER:
                return frozenset()  # nothing was read yet
            self._learn(reader)
            return frozenset(self._ledger.oldest())


def _rows_of(reader: Reader, uins: list[str]) -> Iterator[tuple[str, AccountRows]]:
    """The rows of those of these accounts that exist."""
    for start in range(0, len(uins), _TOGETHER):
        progress()
        yield from read_rows(reader, uins[start : start + _TOGETHER]).items()
