"""The policy directory: one root account, or one for each sub-directory that holds an attachments file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.accounts.model import Account, Policy
from authz.accounts.parsed import ParsedPolicies
from authz.errors import InvalidAccountError, MalformedTextError, Problem
from authz.language.json_text import read_json
from authz.sources.files import ATTACHMENTS, AccountFile, AccountFiles, Changes, LocalFiles
from authz.sources.pace import Pace
from authz.sources.source import Look
from authz.sources.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """The files of one account; `problems` are those of reading them. There should be one attachments file.

    `unread` are the names of policies whose files have such problems.
    """

    attachments: list[AttachmentsText]
    policies: list[PolicyText]
    problems: list[Problem]
    unread: list[str]


@dataclass(frozen=True, slots=True)
class _Accepted:
    """What was made of a version of an account's files: its policies, by the paths of their files."""

    version: int
    uin: str
    app_id: str
    policies: Mapping[str, Policy]


_NOTHING = _Accepted(0, "", "", {})


class DirectorySource:
    """Accounts in files, which are read by this process unless `files` has another way."""

    def __init__(self, root: Path, files: AccountFiles | None = None) -> None:
        self.root = root
        self._pace = Pace()
        self._files = files or LocalFiles(root, self._pace)
        self._known = ParsedPolicies()
        self._accepted: dict[str, _Accepted] = {}

    def slow_down(self) -> None:
        """Load gently from now on."""
        self._pace.slow_down()
        self._files.slow_down()

    def look(self) -> Look:
        """What there is, without reading it."""
        return self._files.look()

    def look_at(self, keys: Collection[str]) -> Look:
        """What there is in these sub-directories."""
        return self._files.look_at(keys)

    def is_settled(self, keys: Collection[str]) -> bool:
        """Whether nobody is in the middle of writing these accounts, as far as that can be told."""
        return self._files.is_settled(keys)

    def missing(self, key: str) -> str:
        """The attachments file of an account, as the user would name it."""
        return str(self.root / key / ATTACHMENTS[0])

    def load(self, key: str) -> Account:
        """Read all files of one account and put it together."""
        accepted = self._accepted.pop(key, _NOTHING)
        changes = self._files.changes(key, accepted.version)
        account = None if changes is None else self._updated(key, _NOTHING if changes.is_whole else accepted, changes)
        return self._built(self.texts(key)) if account is None else account

    def _updated(self, key: str, before: _Accepted, changes: Changes) -> Account | None:
        """The account after changes; None where all its files must be read, to tell what is wrong with it."""
        policies = dict(before.policies)
        for path in (*changes.gone, *(file.path for file in changes.files)):
            policies.pop(path, None)
        texts = self._texts(key, changes.files)
        try:
            account = self._built(texts, policies.values())
        except InvalidAccountError:
            return None
        if before is not _NOTHING and (account.uin, account.app_id) != (before.uin, before.app_id):
            return None  # what was accepted was so for the old numbers
        policies.update((text.file, account.policies[text.name]) for text in texts.policies)
        self._accepted[key] = _Accepted(changes.version, account.uin, account.app_id, policies)
        return account

    def texts(self, key: str) -> AccountTexts:
        """All files of one account as they are, before anything is made of them."""
        return self._texts(key, self._files.read(key))

    def _texts(self, key: str, files: Iterable[AccountFile]) -> AccountTexts:
        found = AccountTexts([], [], [], [])
        for file in files:
            self._pace.breathe()
            if file.problem is not None:
                found.problems.append(file.problem)
                found.unread.append(file.name.removesuffix(".json"))
            elif not file.folder and file.name in ATTACHMENTS:
                found.attachments.extend(_attachments(file, found.problems))
            else:
                found.policies.append(PolicyText(file.name.removesuffix(".json"), file.path, file.text or ""))
        if not found.attachments and not found.problems:
            message = "the attachments file is missing"
            found.problems.append(Problem("MissingFile", message, file=self.missing(key), line=1))
        if len(found.attachments) > 1:
            message = f"there is {ATTACHMENTS[1]} too; keep one of them"
            found.problems.append(Problem("DuplicateFile", message, file=self.missing(key), line=1))
        return found

    def _built(self, texts: AccountTexts, accepted: Collection[Policy] = ()) -> Account:
        """The account, unless its files could not be read; the problems of both stages are told together."""
        account = None
        problems = list(texts.problems)
        if texts.attachments:
            try:
                account = build_account(
                    texts.attachments[0], texts.policies, self._known, self._pace.breathe, accepted, texts.unread
                )
            except InvalidAccountError as error:
                problems += error.problems
        if problems or account is None:
            raise InvalidAccountError(problems)
        return account


def _attachments(file: AccountFile, problems: list[Problem]) -> list[AttachmentsText]:
    text = file.text or ""
    is_yaml = file.name.endswith(".yaml")
    try:
        return [AttachmentsText(file.path, read_yaml(text) if is_yaml else read_json(text))]
    except MalformedTextError as error:
        code = "InvalidYaml" if is_yaml else "InvalidJson"
        problems.append(Problem(code, str(error), file=file.path, line=error.line, column=error.column))
        return []
