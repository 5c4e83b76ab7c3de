"""The files of accounts: which there are, and what they hold; nothing is made of it yet.

No listing and no read can hang or take all memory: only regular files of a bounded size are read.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from authz.errors import Problem
from authz.sources.directory.fingerprint import age, fingerprint, folder_fingerprint
from authz.sources.reader_thread import step

ATTACHMENTS = ("attachments.yaml", "attachments.json")
POLICIES = "policies/"
ROOT = ""
"""The key of an account that is the directory itself."""
MAX_POLICY_BYTES = 256 * 1024
"""Of one policy's file: over forty times the characters that CAM stores, for blanks."""
MAX_ATTACHMENTS_BYTES = 8 * 1024 * 1024
"""Of one attachments file: some hundred thousand users."""
_MOST_LINKS = 40  # from one to the next, as the system follows them
MAX_FILES = 20_000
"""Of one account; CAM stores 1,500 policies."""


class FileText(NamedTuple):
    """One file as it was read: its `name` below the account's folder, its path, its text unless it has a problem."""

    name: str
    path: str
    text: str | None = None
    problem: Problem | None = None


class Mark(NamedTuple):
    """The state of a file: the fingerprint of its version, its bytes, its age in seconds, and whether it is a link.

    It `is_placed` if its last change was not a write, but a rename, for example: then it was whole before.
    """

    fingerprint: int
    size: int
    age: float
    is_link: bool
    is_placed: bool


class LinkedFolder(NamedTuple):
    """A folder that a link leads to: its place, and if the last name of the path is a link, its folder and its age."""

    place: str
    link_folder: str | None
    put_at: int


@dataclass(slots=True)
class Listing:
    """What an account's folder holds: its files by name, the problems of other entries, and the state of its folders.

    `blocked` are the names of files with problems, `links` the folders that links of the account lead to, by the path
    that leads there; it `is_linked` if its folder or that of its policies is one. There is no folder if it is not
    `is_there`.
    """

    is_there: bool = False
    files: dict[str, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    folders: int = 0
    links: "dict[str, LinkedFolder]" = field(default_factory=dict)
    is_linked: bool = False

    @property
    def has_attachments(self) -> bool:
        """Whether it holds an account."""
        return any(name in self.files for name in ATTACHMENTS)

    @property
    def fingerprint(self) -> int:
        """A number that changes whenever one of the files or its problem does."""
        marks = frozenset((name, mark.fingerprint) for name, mark in self.files.items())
        return hash((marks, frozenset(self.problems)))


def is_policy_name(name: str) -> bool:
    """Whether a file of that name is read as a policy. A hidden one is not: `..data` is not read twice."""
    return name.endswith(".json") and not name.startswith(".")


def belongs(name: str, *, is_top: bool) -> bool:
    """Whether a file of that name belongs to the account, at the top of its folder or in `policies/`."""
    return is_policy_name(name) or (is_top and name in ATTACHMENTS)


def list_account(root: Path, key: str) -> Listing:
    """The files of one account, none of which is read."""
    place = os.path.join(root, key)  # noqa: PTH118 - a Path costs more than the call to the system
    found = Listing()
    step(key, place)
    try:
        status = os.lstat(place)
        if stat.S_ISLNK(status.st_mode):
            found.is_linked, status = True, os.stat(place)  # noqa: PTH116 - as above
        if not stat.S_ISDIR(status.st_mode):
            return found
        found.is_there = True
        _list_folder(key, place, "", found)
    except (FileNotFoundError, NotADirectoryError):
        return Listing()
    except OSError as error:
        found.is_there = True
        found.problems.append(unreadable(place, error))
        return found
    marks = [folder_fingerprint(status)]
    policies = os.path.join(place, POLICIES.rstrip("/"))  # noqa: PTH118
    try:
        inner = os.stat(policies)  # noqa: PTH116
        if stat.S_ISDIR(inner.st_mode):
            _list_folder(key, policies, POLICIES, found)
            marks.append(folder_fingerprint(inner))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        found.problems.append(unreadable(policies, error))
    if len(found.files) > MAX_FILES:
        found.problems.append(Problem("TooManyFiles", f"more than {MAX_FILES} files", file=place, line=1))
    found.folders = hash(tuple(marks)) if all(marks) and not found.links else 0
    return found


def folders_mark(root: Path, key: str) -> int:
    """The state of the folders as list_account finds it; 0 if it is not reliable yet."""
    place = os.path.join(root, key)  # noqa: PTH118
    step(key, place)
    try:
        marks = [folder_fingerprint(os.stat(place))]  # noqa: PTH116
        with suppress(FileNotFoundError):
            marks.append(folder_fingerprint(os.stat(os.path.join(place, "policies"))))  # noqa: PTH116, PTH118
    except OSError:
        return 0
    return hash(tuple(marks)) if all(marks) else 0


def _list_folder(key: str, folder: str, prefix: str, found: Listing) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if belongs(entry.name, is_top=not prefix) and len(found.files) <= MAX_FILES:
                step(key, entry.path)
                _add(entry, prefix + entry.name, found)
            elif not prefix and entry.name == "policies" and entry.is_symlink():
                found.is_linked = True


def _add(entry: "os.DirEntry[str]", name: str, found: Listing) -> None:
    known = len(found.problems)
    mark = _mark(entry.path, found.problems, found.links, entry)
    if mark is not None:
        found.files[name] = mark
    elif len(found.problems) > known:
        found.blocked.add(name)


def _mark(
    path: str,
    problems: list[Problem],
    links: dict[str, LinkedFolder],
    entry: "os.DirEntry[str] | None" = None,
) -> Mark | None:
    """The state of a file; None if it is missing, is a folder, or has a problem."""
    try:
        status = os.stat(path) if entry is None else entry.stat()  # noqa: PTH116
        is_link = os.path.islink(path) if entry is None else entry.is_symlink()  # noqa: PTH114
    except (FileNotFoundError, NotADirectoryError):  # gone since it was listed, or a link that leads nowhere
        return None
    except OSError as error:
        problems.append(unreadable(path, error))
        return None
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        problems.append(_irregular(path))
        return None
    put_at = _link_time(path, links) if is_link else 0
    is_placed = status.st_ctime_ns > status.st_mtime_ns or status.st_ctime_ns <= put_at
    return Mark(fingerprint(status), status.st_size, age(status), is_link, is_placed)


def _link_time(path: str, links: dict[str, LinkedFolder]) -> int:
    """When the newest of the links from `path` to a file was made; adds their folders to `links`."""
    newest = 0
    for _ in range(_MOST_LINKS):
        try:
            target = os.readlink(path)  # noqa: PTH115
            newest = max(newest, os.lstat(path).st_ctime_ns)
        except OSError:  # not a link: the file itself
            break
        folder, name = os.path.split(os.path.join(os.path.dirname(path), target))  # noqa: PTH118, PTH120
        if folder not in links:
            links[folder] = _linked_folder(folder)
        linked = links[folder]
        newest, path = max(newest, linked.put_at), os.path.join(linked.place, name)  # noqa: PTH118
    return newest


def _linked_folder(path: str) -> LinkedFolder:
    try:
        status = os.lstat(path)
    except OSError:
        return LinkedFolder(path, None, 0)
    place = os.path.realpath(path)
    if stat.S_ISLNK(status.st_mode):  # as `..data` is
        return LinkedFolder(place, os.path.dirname(path), status.st_ctime_ns)  # noqa: PTH120
    return LinkedFolder(place, None, 0)


def examine(root: Path, key: str, name: str) -> tuple[Mark | None, list[Problem]]:
    """The state of one file of an account, or None if it is missing, and its problems."""
    path = path_of(root, key, name)
    step(key, path)
    problems: list[Problem] = []
    return _mark(path, problems, {}), problems


def path_of(root: Path, key: str, name: str) -> str:
    """Where a file of an account is."""
    return os.path.join(root, key, name)  # noqa: PTH118 - a Path costs more than the call to the system


def read_file(root: Path, key: str, name: str) -> tuple[FileText, int]:
    """One file and its fingerprint while it was read; a change during the read is a problem of the file."""
    file = FileText(name, path_of(root, key, name))
    step(key, file.path)
    limit = MAX_ATTACHMENTS_BYTES if name in ATTACHMENTS else MAX_POLICY_BYTES
    try:
        data, mark = _bytes(file.path, limit)
        if isinstance(data, Problem):
            return file._replace(problem=data), mark
        return file._replace(text=data.decode("utf-8")), mark
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem("InvalidEncoding", "the file is not UTF-8", file=file.path, line=line, column=column)
    except OSError as error:
        problem = unreadable(file.path, error)
    return file._replace(problem=problem), 0


def _bytes(path: str, limit: int) -> tuple[bytes | Problem, int]:
    """All bytes of a file, or why it is not read. Opening does not block, whatever the path names by now.

    Every call to the system lets another thread run first, so there are no more of them than it takes.
    """
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(file)
        mark = fingerprint(status)
        if not stat.S_ISREG(status.st_mode):
            return _irregular(path), mark
        if status.st_size > limit:
            message = f"{status.st_size} bytes, at most {limit} are read"
            return Problem("FileTooLarge", message, file=path, line=1), mark
        data = os.read(file, status.st_size + 1)
        while len(data) < status.st_size and (more := os.read(file, status.st_size - len(data))):
            data += more
        if len(data) != status.st_size or fingerprint(os.fstat(file)) != mark:
            return changing(path), mark
        return data, mark
    finally:
        os.close(file)


def unreadable(path: str, error: OSError) -> Problem:
    """The problem of a path that the system does not let this process examine or read."""
    return Problem("UnreadableFile", error.strerror or "cannot be read", file=path, line=1)


def changing(path: str) -> Problem:
    """The problem of a file that changes during its read."""
    return Problem("UnsettledFile", "the file changes while it is read", file=path, line=1)


def _irregular(path: str) -> Problem:
    return Problem("UnreadableFile", "is not a regular file", file=path, line=1)
