"""Files that another process looks at and reads, as long as there are many of them."""

import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from authz.errors import SourceError
from authz.sources.files import AccountFile, Changes, LocalFiles
from authz.sources.pace import Pace
from authz.sources.scout import NOTHING, AreSettled, Compare, LookAt, Question, apply
from authz.sources.source import Look
from authz.sources.stamp import Stamp
from authz.telemetry.events import get_logger

MANY_FILES = 500
"""From so many on a look takes longer than callers should have to share the interpreter with."""
_RETRY_SECONDS = 60.0
_END_SECONDS = 0.5  # it may be in the middle of a long answer that nobody wants any more
_PROGRAM = "from authz.sources.scout import main; main()"

log = get_logger("authz.sources")
T = TypeVar("T")


class ScoutLostError(Exception):
    """The other process is gone, or says what cannot be understood."""


class Messenger:
    """Starts a scout and asks it, one question at a time; `breathe` is called between the parts of a long answer.

    Raises:
        ScoutLostError: from every method, if there is no answer; it is of no more use then.
    """

    def __init__(self, root: Path, breathe: Callable[[], None]) -> None:
        self._breathe = breathe
        self._lock = Lock()
        self._look = NOTHING
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", _PROGRAM, str(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # signals from a terminal are not for it
            )
        except OSError as error:
            raise ScoutLostError(str(error)) from error

    @property
    def pid(self) -> int:
        """The process id of the scout."""
        return self._process.pid

    def look(self) -> Look:
        """See AccountFiles for this and the following."""
        while (found := self._ask(LookAt())) is None:
            self._breathe()  # whoever has another question comes first
        self._look = apply(self._look, found)
        return self._look

    def look_at(self, keys: Collection[str]) -> Look:
        """What there is in these places."""
        look: Look = self._ask(LookAt(tuple(keys)))
        return look

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether nobody writes to these accounts."""
        return bool(self._ask(AreSettled(tuple(keys))))

    def changes(self, key: str, since: int) -> Changes:
        """What became of the files of one account."""
        files: list[AccountFile] = []
        with self._lock:
            self._send(Compare(key, since))
            while not isinstance(part := self._receive(), Changes):
                files += part
                self._breathe()
        return part._replace(files=files)

    def _ask(self, question: Question) -> Any:
        with self._lock:
            self._send(question)
            answer = self._receive()
        if isinstance(answer, SourceError):
            raise answer
        return answer

    def _send(self, question: Question) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            pickle.dump(question, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ScoutLostError(str(error)) from error

    def _receive(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - as above
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from the process that this one started
        except Exception as error:  # half an answer can fail in any way
            raise ScoutLostError(repr(error)) from error

    def end(self) -> None:
        """End the process, and wait for that."""
        process = self._process
        with suppress(OSError):  # a question that it never took
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


class ScoutedFiles:
    """Files that this process reads while there are few of them, or as long as it need not leave room for others.

    Else a scout reads them; should it be lost, this process does, until another one is tried.
    """

    def __init__(self, root: Path, many: int = MANY_FILES) -> None:
        self.root = root
        self._pace = Pace()
        self._local = LocalFiles(root, self._pace)
        self._many = many
        self._is_slow = False
        self._is_closed = False
        self._files = 0
        self._messenger: Messenger | None = None
        self._lost_at = -_RETRY_SECONDS

    @property
    def are_many(self) -> bool:
        """Whether there were many at the last look of this process."""
        return self._files >= self._many

    @property
    def scout(self) -> int | None:
        """The process id of the scout, while there is one."""
        return None if self._messenger is None else self._messenger.pid

    def slow_down(self) -> None:
        """Leave room for others from now on."""
        self._is_slow = True
        self._pace.slow_down()

    def look(self) -> Look:
        """See AccountFiles for this and the following."""
        look = self._either(Messenger.look, self._local.look)
        if self._messenger is None:
            stamps = (*look.accounts.values(), *look.bare.values())
            self._files = sum(stamp.files for stamp in stamps if isinstance(stamp, Stamp))
        return look

    def look_at(self, keys: Collection[str]) -> Look:
        """What there is in these places."""
        return self._either(lambda scout: scout.look_at(keys), lambda: self._local.look_at(keys))

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether nobody writes to these accounts."""
        return self._either(lambda scout: scout.is_settled(keys), lambda: self._local.is_settled(keys))

    def read(self, key: str) -> Iterator[AccountFile]:
        """All files of one account, read by this process."""
        return self._local.read(key)

    def changes(self, key: str, since: int) -> Changes | None:
        """What became of the files of one account, where a scout keeps track of it."""
        return self._either(lambda scout: scout.changes(key, since), lambda: None)

    def close(self) -> None:
        """End the scout."""
        self._is_closed = True
        messenger, self._messenger = self._messenger, None
        if messenger is not None:
            messenger.end()

    def _either(self, ask: Callable[[Messenger], T], otherwise: Callable[[], T]) -> T:
        try:
            messenger = self._ready()
            return otherwise() if messenger is None else ask(messenger)
        except ScoutLostError as error:
            self._lose(str(error))
            return otherwise()

    def _ready(self) -> Messenger | None:
        """A scout if one is called for, started if need be."""
        is_wanted = self._is_slow and self.are_many and not self._is_closed
        if self._messenger is None and is_wanted and time.monotonic() - self._lost_at >= _RETRY_SECONDS:
            self._messenger = Messenger(self.root, self._pace.breathe)
        return self._messenger

    def _lose(self, reason: str) -> None:
        if self._is_closed:
            return  # nothing is wrong
        log.warning("the process that reads files is lost, this one reads them meanwhile", reason=reason)
        self._lost_at = time.monotonic()
        messenger, self._messenger = self._messenger, None
        if messenger is not None:
            messenger.end()
