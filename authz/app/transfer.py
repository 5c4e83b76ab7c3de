"""Moves accounts between a policy directory and a control plane."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from authz.accounts.build import AttachmentsText, build_account
from authz.accounts.parsed import ParsedPolicies
from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.control.transfer import Imported
from authz.control.transfer_content import AccountContent, AccountFiles, content_of
from authz.errors import InvalidAccountError, MalformedTextError, Problem, Severity, SourceError
from authz.lint.account import lint_account
from authz.sources.directory.files import ATTACHMENTS, POLICIES
from authz.sources.directory.source import DirectorySource
from authz.sources.directory.versions import AccountTexts
from authz.sources.yaml_text import read_yaml
from authz.store.author import Channel

DETAILS = "control.yaml"
"""The file of an account's directory that holds what only a control plane needs; a sidecar does not read it."""
_PRIVATE = 0o600  # of the details, which hold the contacts of users

Progress = Callable[[int, int], None]
"""Called with how many accounts are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class DirectoryCheck:
    """The accounts of a directory that are ready to be imported, by uin the keys of their places; and warnings."""

    keys: dict[str, str]
    warnings: tuple[Problem, ...]


class DirectoryImport:
    """A policy directory whose accounts are imported, each in one transaction."""

    def __init__(self, root: Path) -> None:
        self._source = DirectorySource(root)
        self._known = ParsedPolicies()

    def check(self, progress: Progress) -> DirectoryCheck:
        """Check all accounts.

        Raises:
            SourceError: if the directory cannot be read or contains no account.
            InvalidAccountError: with every problem of all of them.
        """
        found = self._source.inventory()
        problems = list(found.problems.values())
        if not found.keys and not problems:
            raise SourceError(f"no account found: expected {self._source.name_of('')}")
        keys: dict[str, str] = {}
        warnings: list[Problem] = []
        for done, key in enumerate(found.keys):
            progress(done, len(found.keys))
            try:
                content, texts = self._content(key)
            except InvalidAccountError as error:
                problems += error.problems
                continue
            account = content.account
            found_in = lint_account(texts.attachments[0], texts.policies)
            warnings += [each for each in found_in if each.severity is Severity.WARNING]
            other = keys.setdefault(account.uin, key)
            if other != key:
                message = f"account {account.uin} is defined in {self._source.name_of(other)} too"
                problems.append(Problem("DuplicateAccount", message, file=self._source.name_of(key), line=1))
        progress(len(found.keys), len(found.keys))
        if problems:
            raise InvalidAccountError(problems)
        return DirectoryCheck(keys, tuple(warnings))

    def load(self, plane: ControlPlane, uin: str, key: str, *, may_delete: bool) -> Imported:
        """Import one account, which is read again.

        Raises:
            InvalidAccountError: if it has problems since it was checked.
            ControlError: as TransferUseCases.import_account does.
        """
        caller = Caller.root(uin, Channel.IMPORT)
        content, _ = self._content(key)
        return plane.transfer.import_account(caller, content=content, may_delete=may_delete)

    def _content(self, key: str) -> tuple[AccountContent, AccountTexts]:
        """An account, and the texts that it is made of."""
        texts = self._source.texts(key)
        if texts.problems:
            self._source.load(key)  # raises them along with those of the other files
            raise InvalidAccountError(texts.problems)
        main = texts.attachments[0]
        account = build_account(main, texts.policies, self._known)
        return content_of(account, main, texts.policies, _details(self._source.root / key / DETAILS)), texts


def _details(path: Path) -> AttachmentsText | None:
    try:
        return AttachmentsText(str(path), read_yaml(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except MalformedTextError as error:
        problem = Problem("InvalidYaml", str(error), file=str(path), line=error.line, column=error.column)
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem("UnreadableFile", str(error), file=str(path), line=1)
    raise InvalidAccountError([problem])


def export_directory(plane: ControlPlane, uins: Sequence[str], directory: Path, progress: Progress) -> None:
    """Write accounts to a new policy directory: one account at its top, several in a folder each. All or nothing.

    Raises:
        SourceError: if the directory exists and is not empty, or cannot be written, or there is no account.
        ControlError: as TransferUseCases.export_account does.
    """
    if not uins:
        raise SourceError("there is no account to export")
    with new_directory(directory) as made:
        for done, uin in enumerate(uins):
            progress(done, len(uins))
            files = plane.transfer.export_account(Caller.root(uin, Channel.COMMAND_LINE))
            write_account(files, made if len(uins) == 1 else made / uin)
        progress(len(uins), len(uins))


@contextmanager
def new_directory(directory: Path) -> Iterator[Path]:
    """A folder to write to, which becomes the directory when the block ends, in one step; nothing is left of a failure.

    Raises:
        SourceError: if the directory exists and is not empty, or cannot be written.
    """
    try:
        refuse_content(directory)
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{directory.name}.", dir=directory.parent) as folder:
            made = Path(folder, "made")
            yield made
            made.replace(directory)
    except OSError as error:
        raise SourceError(f"cannot write {directory}: {error.strerror}") from None


def refuse_content(directory: Path) -> None:
    """Check that a directory is free to be written.

    Raises:
        SourceError: if it exists and is not empty.
        OSError: if it cannot be read.
    """
    if directory.exists() and any(directory.iterdir()):
        raise SourceError(f"{directory} is not empty; give a directory that is empty or does not exist")


def write_account(files: AccountFiles, folder: Path) -> None:
    """Write the files of an account to a new folder."""
    policies = folder / POLICIES
    policies.mkdir(parents=True)
    for name, text in files.documents.items():
        policies.joinpath(f"{name}.json").write_bytes(text.encode("utf-8"))
    folder.joinpath(ATTACHMENTS[0]).write_text(to_yaml(files.attachments), encoding="utf-8")
    details = folder / DETAILS
    details.touch(_PRIVATE)
    details.write_text(to_yaml(files.details), encoding="utf-8")


def to_yaml(value: Any) -> str:
    """A value as YAML that is read as the same value again, in the order of its keys."""
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=1000)
    return text


def all_accounts(plane: ControlPlane) -> tuple[str, ...]:
    """The uins of all accounts of a database."""
    with plane.database.read() as reader:
        return tuple(account.uin for account in reader.accounts.list())
