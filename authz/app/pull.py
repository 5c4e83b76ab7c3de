"""Brings an account that was read by the CAM API into a new policy directory or a database, in one step."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from authz.app.opening import opened_plane
from authz.app.transfer import DirectoryImport, new_directory, refuse_content, write_account
from authz.control.transfer import Imported
from authz.control.transfer_content import AccountFiles
from authz.errors import InvalidAccountError, SourceError
from authz.pull.content import PulledFiles, pulled_files
from authz.pull.journal import Journal
from authz.pull.pacing import PacedCall
from authz.pull.reading import Progress, Tell, read_account
from authz.pull.sdk import connect, parse_endpoint
from authz.store.address import parse_address

Target = Path | str
"""A policy directory, or the URL of a database."""


@dataclass(frozen=True, slots=True)
class PullSettings:
    """Where an account is read, and how. An empty `region` and no `journal` stand for the usual ones."""

    endpoint: str
    region: str
    calls_per_second: float
    journal: Path | None
    may_be_undecidable: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class Pulled:
    """The outcome: what was read, and what was written of it. `target` has no password; a directory has no numbers."""

    target: str
    content: PulledFiles
    is_written: bool
    imported: Imported | None = None


def pull(target: Target, settings: PullSettings, progress: Progress, tell: Tell) -> Pulled:
    """Read the account of the SDK's key, and write it unless something of it is undecidable.

    Raises:
        PullError: if it cannot be read.
        SourceError: if the directory is not empty or cannot be written.
        StoreError: if the database cannot be opened.
        InvalidAccountError: if it cannot be held, with every reason.
        ControlError: as TransferUseCases.import_account does.
    """
    parse_endpoint(settings.endpoint)
    shown = str(target) if isinstance(target, Path) else parse_address(target).shown
    _check_target(target)
    call = PacedCall(connect(settings.endpoint, settings.region), settings.calls_per_second)
    journal = Journal(settings.journal or default_journal(target))
    is_written = False
    try:
        content = pulled_files(read_account(call, settings.endpoint, journal, progress, tell))
        if content.undecidable and not settings.may_be_undecidable:
            return Pulled(shown, content, is_written=False)
        imported = _write(target, content, may_delete=settings.may_delete)
        is_written = True
        return Pulled(shown, content, is_written=True, imported=imported)
    finally:
        journal.close(is_finished=is_written)


def default_journal(target: Target) -> Path | None:
    """The journal beside a directory or an SQLite database; None for other databases, which have no place beside."""
    if isinstance(target, Path):
        whole = target.absolute()
        return whole.with_name(f".{whole.name}.pull")
    beside = parse_address(target).key_file
    return None if beside is None else beside.with_name(f".{beside.name.removesuffix('.key')}.pull")


def _check_target(target: Target) -> None:
    """Find out before the long reading what would refuse the writing after it."""
    if not isinstance(target, Path):
        with opened_plane(target):
            return
    try:
        refuse_content(target)
    except OSError as error:
        raise SourceError(f"cannot write {target}: {error.strerror}") from None


def _write(target: Target, content: PulledFiles, *, may_delete: bool) -> Imported | None:
    if isinstance(target, Path):
        with new_directory(target) as made:
            _checked(content.files, made)
        return None
    with tempfile.TemporaryDirectory(prefix="authz-pull-") as folder:
        source, key = _checked(content.files, Path(folder, "made"))
        with opened_plane(target) as plane:
            return source.load(plane, content.account, key, may_delete=may_delete)


def _checked(files: AccountFiles, folder: Path) -> tuple[DirectoryImport, str]:
    """The files as a directory that can be imported, and the key of its account."""
    write_account(files, folder)
    source = DirectoryImport(folder)
    try:
        (key,) = source.check(_no_progress).keys.values()
    except InvalidAccountError as error:
        prefix = f"{folder}/"
        raise InvalidAccountError(
            [replace(each, file=each.file.removeprefix(prefix)) for each in error.problems]
        ) from None
    return source, key


_no_progress: Callable[[int, int], None] = lambda done, total: None  # noqa: ARG005, E731 - a directory of one account
