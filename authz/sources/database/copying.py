"""Keeps the last good copy up to date, on a thread of its own: no change waits for the disk."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from authz.errors import SourceError
from authz.sources.database.last_good import LastGoodCopy
from authz.store.account_rows import AccountRows
from authz.telemetry.events import get_logger

_END_SECONDS = 5.0
_REST_SECONDS = 0.2  # between two writes: changes that come quickly are written together

log = get_logger("authz.sources")
Everything = Callable[[], AbstractContextManager[tuple[str, int, Iterable[AccountRows]]]]
"""Reads all accounts: the identity of the database, the revision, and the rows while the context lasts."""


@dataclass(slots=True)
class _Waiting:
    """What is to be written: changes that follow a revision, or None if all accounts are to be read anew."""

    since: int | None
    revision: int
    changed: dict[str, AccountRows] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


class Copying:
    """Writes what it is given to a copy; a failure is logged, and made good with the next change."""

    def __init__(self, copy: LastGoodCopy, everything: Everything) -> None:
        self._copy = copy
        self._everything = everything
        self._identity = ""
        self._waiting: _Waiting | None = None
        self._is_behind = False
        self._is_closed = False
        self._condition = threading.Condition()
        self._rest = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(
        self,
        identity: str,
        since: int | None,
        revision: int,
        changed: Mapping[str, AccountRows],
        removed: Collection[str],
    ) -> None:
        """Have changes written that follow the revision `since`; with None all accounts are read and written."""
        with self._condition:
            self._identity = identity
            waiting = self._waiting
            if waiting is None:
                waiting = self._waiting = _Waiting(since, revision)
            waiting.since = None if since is None else waiting.since
            waiting.revision = revision
            waiting.changed.update(changed)
            waiting.removed.difference_update(changed)
            waiting.removed.update(removed)
            for uin in removed:
                waiting.changed.pop(uin, None)
            if self._thread is None:
                self._is_closed = False
                self._rest.clear()
                self._thread = threading.Thread(target=self._run, name="authz-last-good", daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Write what waits, and end the thread; the next submission starts another one."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()
        self._rest.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_END_SECONDS)

    def _run(self) -> None:
        while True:
            with self._condition:
                while self._waiting is None and not self._is_closed:
                    self._condition.wait()
                waiting, self._waiting = self._waiting, None
            if waiting is None:
                return
            try:
                self._write(waiting)
            except SourceError as error:
                if not self._is_behind:
                    log.warning("last good copy is not written", path=str(self._copy.path), reason=str(error))
                self._is_behind = True
            except Exception:
                log.exception("last good copy is not written")
                self._is_behind = True
            self._rest.wait(_REST_SECONDS)

    def _write(self, waiting: _Waiting) -> None:
        since = None if self._is_behind else waiting.since
        if since is not None and self._copy.write(
            self._identity, waiting.revision, waiting.changed.values(), waiting.removed, since=since
        ):
            return
        with self._everything() as (identity, revision, rows):
            self._copy.write(identity, revision, rows, (), since=None)
        self._is_behind = False
        log.info("last good copy written", path=str(self._copy.path), revision=str(revision))
