"""The files of accounts: which there are, whether they changed, what they hold; nothing is made of it yet."""

import os
import stat
import time
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from authz.errors import Problem, SourceError
from authz.sources.pace import Pace
from authz.sources.source import Look
from authz.sources.stamp import Stamp, mark
from authz.sources.writers import is_being_written

ATTACHMENTS = ("attachments.yaml", "attachments.json")
ROOT = ""
"""The key of an account that is the directory itself."""
_WRITER_SECONDS = 20.0  # twice as long as anybody waits for a writer
_YOUNG_SECONDS = 2.0  # as coarse as the times of file systems are
_MAX_BYTES = 64 * 1024 * 1024  # of one file: more is no attachments file but a mistake


class AccountFile(NamedTuple):
    """One file as it was read: beside the attachments file (`folder` is empty), or in `policies/`.

    It has no text if there is a problem, or if it was not read.
    """

    folder: str
    name: str
    path: str
    text: str | None = None
    problem: Problem | None = None


class Changes(NamedTuple):
    """What became of an account's files; `version` is the name of what is there now.

    `files` are those that are new or hold something else, and the attachments file in any case; `gone` are paths. If
    it `is_whole`, they are all files there are.
    """

    version: int
    is_whole: bool
    gone: list[str]
    files: list[AccountFile]


class AccountFiles(Protocol):
    """Access to the files below a root. Its methods may block."""

    root: Path

    def look(self) -> Look:
        """Stamp every account by its files' names, sizes, times and inodes, links followed.

        Raises:
            SourceError: if that cannot be told.
        """

    def look_at(self, keys: Collection[str]) -> Look:
        """Stamp these sub-directories alone.

        Raises:
            SourceError: if that cannot be told.
        """

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether no file of these accounts is open for writing; where the system cannot tell, it counts as settled."""

    def read(self, key: str) -> Iterator[AccountFile]:
        """All files of one account as they are, in the order of their paths."""

    def changes(self, key: str, since: int) -> Changes | None:
        """What became of the files of one account since a version of them; None where nobody keeps versions."""

    def slow_down(self) -> None:
        """Leave room for others from now on."""


class LocalFiles:
    """Files that this process reads. Names that start with a dot are not looked at: `..data` is not read twice."""

    def __init__(self, root: Path, pace: Pace) -> None:
        self.root = root
        self._pace = pace

    def slow_down(self) -> None:
        """Leave room for others from now on."""
        self._pace.slow_down()

    def look(self) -> Look:
        """Stamp every account."""
        steps = self.looking()
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: Look = end.value
                return found

    def looking(self) -> Generator[None, None, Look]:
        """Stamp every account, with a pause after each.

        Raises:
            SourceError: if that cannot be told.
        """
        try:
            own = self._stamp(self.root)
            if own.has_attachments:
                return Look({ROOT: own}, {})
            stamps = {}
            with os.scandir(self.root) as entries:
                for entry in entries:
                    if _is_account_place(entry):
                        stamps[entry.name] = self._stamp(Path(entry.path))
                        yield
        except OSError as error:
            raise SourceError(f"cannot read {self.root}: {error.strerror}") from error
        accounts = {key: stamp for key, stamp in sorted(stamps.items()) if stamp.has_attachments}
        bare = {key: stamp for key, stamp in stamps.items() if key not in accounts}
        return Look(accounts, bare if accounts else {ROOT: own, **bare})

    def look_at(self, keys: Collection[str]) -> Look:
        """Stamp these sub-directories alone."""
        try:
            stamps = {key: self._stamp(self.root / key) for key in keys if (self.root / key).is_dir()}
        except OSError as error:
            raise SourceError(f"cannot read {self.root}: {error.strerror}") from error
        accounts = {key: stamp for key, stamp in stamps.items() if stamp.has_attachments}
        return Look(accounts, {key: stamp for key, stamp in stamps.items() if key not in accounts})

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether no file of these accounts is open for writing."""
        return not any(is_being_written(path) for key in keys for path in self._fresh_files(self.root / key))

    def changes(self, _key: str, _since: int) -> None:
        """It keeps no versions."""

    def read(self, key: str) -> Iterator[AccountFile]:
        """All files of one account as they are."""
        return (_read(file) for file in self._listed(key))

    def read_new(self, key: str, known: Mapping[str, str]) -> Iterator[tuple[str, AccountFile]]:
        """All files of one account with their marks; those whose marks are `known`, by their paths, are not read.

        A mark is empty where it is too young to be relied on: the file could change again within the same moment.
        """
        for file in self._listed(key):
            now = _old_mark(file.path)  # before it is read: if it changes meanwhile, the mark will have, too
            yield now, file if now and known.get(file.path) == now else _read(file)

    def _listed(self, key: str) -> Iterator[AccountFile]:
        found = [(each.path, folder, each.name) for folder, each in self._entries(self.root / key) if each.is_file()]
        for path, folder, name in sorted(found):
            self._pace.breathe()
            yield AccountFile(folder, name, path)

    def _fresh_files(self, place: Path) -> Iterator[str]:
        """The files that a writer may still be busy with: whoever has paused for so long is not waited for."""
        oldest = time.time() - _WRITER_SECONDS
        for _, entry in self._entries(place):
            with suppress(FileNotFoundError):
                if entry.stat().st_ctime >= oldest:
                    yield entry.path

    def _stamp(self, place: Path) -> Stamp:
        stamp = Stamp()
        for folder, entry in self._entries(place):
            try:
                status = entry.stat()
            except FileNotFoundError:  # gone since it was listed: the next look will tell
                continue
            if stat.S_ISREG(status.st_mode):
                is_main = not folder and entry.name in ATTACHMENTS
                stamp = stamp.plus(f"{folder}{entry.name}", status, is_main=is_main)
        return stamp

    def _entries(self, place: Path) -> "Iterator[tuple[str, os.DirEntry[str]]]":
        """What may belong to one account, with its folder: beside the attachments file, or `policies/`."""
        for folder, path in (("", place), ("policies/", place / "policies")):
            if not path.is_dir():
                continue
            with os.scandir(path) as entries:
                for entry in entries:
                    self._pace.breathe()
                    if _belongs(entry.name, is_top=not folder):
                        yield folder, entry


def _old_mark(path: str) -> str:
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return mark(status) if time.time() - status.st_ctime > _YOUNG_SECONDS else ""


def _read(file: AccountFile) -> AccountFile:
    path = file.path
    try:
        data = _bytes(path)
        if data is None:
            problem = Problem("FileTooLarge", f"more than {_MAX_BYTES} bytes", file=path, line=1)
            return file._replace(problem=problem)
        return file._replace(text=data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem("InvalidEncoding", "the file is not UTF-8", file=path, line=line, column=column)
    except OSError as error:
        problem = Problem("UnreadableFile", error.strerror or "cannot be read", file=path, line=1)
    return file._replace(problem=problem)


def _bytes(path: str) -> bytes | None:
    """All of a file, None if it is too large.

    Every call to the system lets another thread run first, so there are no more of them than it takes.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(file).st_size
        if size > _MAX_BYTES:
            return None
        data = os.read(file, size + 1)
        while len(data) != size:  # a part only, or it grew meanwhile
            more = os.read(file, 1 << 16)
            if not more:
                break
            data += more
            if len(data) > _MAX_BYTES:
                return None
        return data
    finally:
        os.close(file)


def _is_account_place(entry: "os.DirEntry[str]") -> bool:
    return not entry.name.startswith(".") and entry.is_dir()


def _belongs(name: str, *, is_top: bool) -> bool:
    if name.startswith("."):
        return False
    return (is_top and name in ATTACHMENTS) or name.endswith(".json")
