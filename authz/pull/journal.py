"""The answers of a pull that is not finished, in a file from which the next one goes on.

The file has one JSON value a line: what the answers are of, then each answer. A line that is cut off, as by a crash, is
dropped with all after it. It holds no secrets, for no action that is called answers one; it holds contacts of users,
so only its owner can read it.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from authz.pull.errors import PullError

_FORMAT = 1
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Subject:
    """What answers are of: an account at an endpoint, whose lists had this fingerprint."""

    endpoint: str
    account: str
    fingerprint: str


class Journal:
    """An open journal; without a path it keeps answers in memory alone. It is locked against a second pull."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        """Open the file, or make it.

        Raises:
            PullError: if it cannot be opened, or another pull has it open.
        """
        self._path = path
        self._clock = clock
        self._answers: dict[str, Any] = {}
        self._descriptor = None if path is None else _opened(path)

    def begin(self, subject: Subject) -> tuple[int, float] | None:
        """Keep the answers of the file if they are of this subject, else drop them.

        Returns:
            The number of answers that are kept, and their greatest age in seconds; None if there are none.
        """
        head = {"format": _FORMAT, **asdict(subject)}
        lines = self._lines()
        first = lines[0] if lines else {}
        if {**first, "began": None} == {**head, "began": None} and len(lines) > 1:
            self._answers = {line["call"]: line["answer"] for line in lines[1:]}
            return len(self._answers), max(0.0, self._clock() - float(first["began"]))
        self._answers = {}
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
        self._append({**head, "began": self._clock()})
        return None

    def answer(self, call: str) -> Any:
        """The answer to a call, or None if there is none."""
        return self._answers.get(call)

    def keep(self, call: str, answer: Any) -> None:
        """Keep an answer, at once and whole."""
        self._answers[call] = answer
        self._append({"call": call, "answer": answer})

    def close(self, *, is_finished: bool) -> None:
        """Close the file; if the pull has finished, it is deleted."""
        if self._descriptor is not None and self._path is not None:
            if is_finished:
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, value: dict[str, Any]) -> None:
        if self._descriptor is not None:
            os.lseek(self._descriptor, 0, os.SEEK_END)
            line = json.dumps(value, ensure_ascii=True).encode() + b"\n"
            try:
                written = os.write(self._descriptor, line)
            except OSError as error:
                raise PullError(f"cannot write {self._path}: {error.strerror}") from None
            if written != len(line):
                raise PullError(f"cannot write {self._path}: the disk is full")

    def _lines(self) -> list[dict[str, Any]]:
        """The whole lines of the file, which is cut after the last of them."""
        if self._descriptor is None:
            return []
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._descriptor), "rb") as file:
            content = file.read()
        found: list[dict[str, Any]] = []
        size = 0
        for line in content.splitlines(keepends=True):
            value = _parsed(line, "began" if not found else "answer")
            if value is None:
                break
            found.append(value)
            size += len(line)
        os.ftruncate(self._descriptor, size)
        return found


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _PRIVATE)
    except OSError as error:
        raise PullError(f"cannot open the journal {path}: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise PullError(f"another pull into this target is running; its journal is {path}") from None
    return descriptor


def _parsed(line: bytes, key: str) -> dict[str, Any] | None:
    """The value of a line that is whole and has a key."""
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return value if isinstance(value, dict) and key in value else None
