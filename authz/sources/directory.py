"""The policy directory: one root account, or one for each sub-directory that holds an attachments file."""

import os
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.accounts.model import Account
from authz.accounts.parsed import ParsedPolicies
from authz.errors import InvalidAccountError, MalformedTextError, Problem, SourceError
from authz.language.json_text import read_json
from authz.sources.pace import Pace
from authz.sources.source import Look
from authz.sources.stamp import Stamp
from authz.sources.writers import is_being_written
from authz.sources.yaml_text import read_yaml

ATTACHMENTS = ("attachments.yaml", "attachments.json")
_WRITER_SECONDS = 20.0  # twice as long as anybody waits for a writer
_MAX_BYTES = 64 * 1024 * 1024  # of one file: more is no attachments file but a mistake
ROOT = ""
"""The key of an account that is the directory itself."""


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """The files of one account; `problems` are those of reading them. There should be one attachments file."""

    attachments: list[AttachmentsText]
    policies: list[PolicyText]
    problems: list[Problem]


class DirectorySource:
    """Accounts in files. Names that start with a dot are never looked at, so Kubernetes' `..data` is not read twice."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pace = Pace()
        self._known = ParsedPolicies()

    def slow_down(self) -> None:
        """Load gently from now on."""
        self._pace.slow_down()

    def look(self) -> Look:
        """Stamp every account by its files' names, sizes, times and inodes, links followed."""
        try:
            return self._look()
        except OSError as error:
            raise SourceError(f"cannot read {self.root}: {error.strerror}") from error

    def _look(self) -> Look:
        own = self._stamp(self.root)
        if own.has_attachments:
            return Look({ROOT: own}, {})
        with os.scandir(self.root) as entries:
            stamps = {entry.name: self._stamp(Path(entry.path)) for entry in entries if _is_account_place(entry)}
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
        """Whether no file of these accounts is open for writing; where the system cannot tell, it counts as settled."""
        return not any(is_being_written(path) for key in keys for path in self._fresh_files(self.root / key))

    def _fresh_files(self, place: Path) -> Iterator[str]:
        """The files that a writer may still be busy with: whoever has paused for so long is not waited for."""
        oldest = time.time() - _WRITER_SECONDS
        for _, entry in self._entries(place):
            with suppress(FileNotFoundError):
                if entry.stat().st_ctime >= oldest:
                    yield entry.path

    def missing(self, key: str) -> str:
        """The attachments file of an account, as the user would name it."""
        return str(self.root / key / ATTACHMENTS[0])

    def load(self, key: str) -> Account:
        """Read all files of one account and put it together."""
        return self._built(self.texts(key))

    def texts(self, key: str) -> AccountTexts:
        """All files of one account as they are, before anything is made of them."""
        found = AccountTexts([], [], [])
        place = self.root / key
        for path in map(Path, sorted(self._files(place))):
            self._pace.breathe()
            text = _read(path, found.problems)
            if text is None:
                continue
            if path.name in ATTACHMENTS and path.parent == place:
                found.attachments.extend(_attachments(path, text, found.problems))
            else:
                found.policies.append(PolicyText(path.name.removesuffix(".json"), str(path), text))
        if not found.attachments and not found.problems:
            message = "the attachments file is missing"
            found.problems.append(Problem("MissingFile", message, file=self.missing(key), line=1))
        if len(found.attachments) > 1:
            message = f"there is {ATTACHMENTS[1]} too; keep one of them"
            found.problems.append(Problem("DuplicateFile", message, file=self.missing(key), line=1))
        return found

    def _built(self, texts: AccountTexts) -> Account:
        """The account, unless its files could not be read; the problems of both stages are told together."""
        account = None
        problems = list(texts.problems)
        if texts.attachments:
            try:
                account = build_account(texts.attachments[0], texts.policies, self._known, self._pace.breathe)
            except InvalidAccountError as error:
                problems += error.problems
        if problems or account is None:
            raise InvalidAccountError(problems)
        return account

    def _files(self, place: Path) -> Iterator[str]:
        """The paths of the attachments file and the policies of one account."""
        for _, entry in self._entries(place):
            if entry.is_file():
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


def _attachments(path: Path, text: str, problems: list[Problem]) -> list[AttachmentsText]:
    is_yaml = path.suffix == ".yaml"
    try:
        return [AttachmentsText(str(path), read_yaml(text) if is_yaml else read_json(text))]
    except MalformedTextError as error:
        code = "InvalidYaml" if is_yaml else "InvalidJson"
        problems.append(Problem(code, str(error), file=str(path), line=error.line, column=error.column))
        return []


def _read(path: Path, problems: list[Problem]) -> str | None:
    try:
        data = _bytes(path)
        if data is None:
            problems.append(Problem("FileTooLarge", f"more than {_MAX_BYTES} bytes", file=str(path), line=1))
            return None
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problems.append(Problem("InvalidEncoding", "the file is not UTF-8", file=str(path), line=line, column=column))
    except OSError as error:
        problems.append(Problem("UnreadableFile", error.strerror or "cannot be read", file=str(path), line=1))
    return None


def _bytes(path: Path) -> bytes | None:
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
