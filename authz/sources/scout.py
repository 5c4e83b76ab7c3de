"""A process that looks at files and reads them for another one, which answers meanwhile.

Python runs one thread of a process at a time, and every look at ten thousand files is ten thousand moments in which the
thread that answers waits for its turn. Questions come on standard input and answers go to standard output, pickled;
both ends are this program.
"""

import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from authz.errors import SourceError
from authz.sources.files import ATTACHMENTS, AccountFile, Changes, LocalFiles
from authz.sources.pace import Pace
from authz.sources.priority import lower_priority
from authz.sources.source import Look

_DIGEST_BYTES = 16
_AT_ONCE = 200  # files in one answer: some 0.1 ms for who reads it
_PART_SECONDS = 0.02
# A sixth of one core, in pieces that whoever answers on the same few cores does not feel: a system that works fairly
# lets a process go on for a while, however low its priority, before another one that was woken has its turn.
_WORK_SECONDS = 0.0001
_REST_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class LookAt:
    """A question for a Look; without keys for LookNews, or None while the look goes on: then ask again."""

    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AreSettled:
    """A question for a bool: whether nobody writes to these accounts."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A question for lists of the AccountFiles that Changes since a version has, and then for the rest of it."""

    key: str
    since: int


@dataclass(frozen=True, slots=True)
class LookNews:
    """What a look at everything found different from the one before; those `gone` are neither accounts nor bare now."""

    accounts: Mapping[str, Any]
    bare: Mapping[str, Any]
    gone: frozenset[str]


Question = LookAt | AreSettled | Compare
NOTHING = Look({}, {})


def news(before: Look, now: Look) -> LookNews:
    """What leads from one look to another."""
    gone = (before.accounts.keys() | before.bare.keys()) - now.accounts.keys() - now.bare.keys()
    return LookNews(_differing(before.accounts, now.accounts), _differing(before.bare, now.bare), frozenset(gone))


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: stamp for key, stamp in now.items() if before.get(key) != stamp}


def apply(before: Look, found: LookNews) -> Look:
    """The look that `found` leads to; the same object if it found nothing."""
    if not (found.accounts or found.bare or found.gone):
        return before
    accounts, bare = dict(before.accounts), dict(before.bare)
    for key in found.gone | found.bare.keys():
        accounts.pop(key, None)
    for key in found.gone | found.accounts.keys():
        bare.pop(key, None)
    is_any_new = not found.accounts.keys() <= accounts.keys()
    accounts.update(found.accounts)
    bare.update(found.bare)
    # Sorting many accounts holds up whoever answers, so that is done only where they would be out of order.
    return Look(dict(sorted(accounts.items())) if is_any_new else accounts, bare)


@dataclass(frozen=True, slots=True)
class _Version:
    """The files of an account as they were told last, by path."""

    number: int
    digests: dict[str, bytes]
    marks: dict[str, str]


class Scout:
    """Answers questions about the files below `root`; by `clock`, in seconds, it parts a look at everything."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        pace = Pace(_WORK_SECONDS, _REST_SECONDS)
        pace.slow_down()
        self._files = LocalFiles(root, pace)
        self._clock = clock
        self._before = NOTHING
        self._looking: Generator[None, None, Look] | None = None
        self._versions: dict[str, _Version] = {}

    def answers(self, question: Question) -> Iterator[Any]:
        """One answer, or several to Compare; a SourceError in place of one that cannot be had."""
        try:
            match question:
                case LookAt(None):
                    yield self._look_on()
                case LookAt(keys):
                    yield self._files.look_at(keys or ())
                case AreSettled(keys):
                    yield self._files.is_settled(keys)
                case Compare(key, since):
                    yield from self._compare(key, since)
        except SourceError as error:
            yield error

    def _look_on(self) -> LookNews | None:
        """A part of a look at everything, so that other questions need not wait for all of it."""
        looking, self._looking = self._looking or self._files.looking(), None
        end = self._clock() + _PART_SECONDS
        try:
            next(looking)
            while self._clock() < end:
                next(looking)
        except StopIteration as done:
            before, self._before = self._before, done.value
            return news(before, self._before)
        self._looking = looking
        return None

    def _compare(self, key: str, since: int) -> Iterator[list[AccountFile] | Changes]:
        before = self._versions.get(key)
        known = before if before is not None and before.number == since else _Version(0, {}, {})
        # A number that no other scout ever gave, since it may be asked about what that one said.
        now = _Version(time.time_ns(), {}, {})
        part: list[AccountFile] = []
        for mark, file in self._files.read_new(key, known.marks):
            old = known.digests.get(file.path)
            digest = now.digests[file.path] = old if old and mark and known.marks[file.path] == mark else _digest(file)
            if digest:
                now.marks[file.path] = mark
            if not digest or digest != old:
                part.append(file)
            if len(part) == _AT_ONCE:
                yield part
                part = []
        yield part
        self._versions[key] = now
        gone = [path for path in known.digests if path not in now.digests]
        yield Changes(now.number, not known.number, gone, [])


def _digest(file: AccountFile) -> bytes:
    """What its text can be told by; nothing for the attachments file, and for what could not be read."""
    if file.text is None or (not file.folder and file.name in ATTACHMENTS):
        return b""
    return blake2b(file.text.encode(), digest_size=_DIGEST_BYTES).digest()


def serve(scout: Scout, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions."""
    while True:
        try:
            question = pickle.load(questions)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        for answer in scout.answers(question):
            pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def main() -> None:
    """Run as a process of its own, on the directory that is the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the process that asks
    lower_priority()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever prints must not get between the answers
        serve(Scout(Path(sys.argv[1])), sys.stdin.buffer, answers)
