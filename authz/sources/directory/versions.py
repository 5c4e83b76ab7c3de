"""From the files of an account to its next version, at a cost that depends on what changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from authz.accounts.build import (
    AttachmentsText,
    PolicyText,
    build_account,
    build_users,
    foreign_resources,
    name_problems,
    same_policy,
)
from authz.accounts.model import Account, Policy, User
from authz.accounts.parsed import ParsedPolicies
from authz.accounts.renew import Holders, renew, shared
from authz.errors import InvalidAccountError, InvalidPolicyError, MalformedTextError, Problem
from authz.language.json_text import read_json
from authz.sources.directory.files import ATTACHMENTS, POLICIES, FileText, path_of
from authz.sources.user_blocks import ChangedUsers, UserBlocks, cut
from authz.sources.yaml_text import LocatedYaml, read_yaml

MANY_FILES = 32
"""An account with fewer is read as a whole: that takes less than remembering its files."""
_DIGEST_BYTES = 16
_COMPARED = 64  # characters, in the time in which one is parsed


@dataclass(slots=True)
class Held:
    """What is known of an account: its last good version, and the state of its files when it was tried last.

    Of many files the fingerprints are kept: in `files` those of the good version, in `tried` what was different in a
    version that was refused, 0 for files gone. `main` is the fingerprint of the good version's attachments file, and
    `attachments` the digest of its text; `users` are the places of its users in a large one.
    """

    account: Account | None = None
    is_good: bool = False
    fingerprint: int = 0
    folders: int = 0
    files: dict[str, int] | None = None
    tried: dict[str, int] = field(default_factory=dict)
    main: int = 0
    attachments: bytes = b""
    users: UserBlocks | None = None
    holders: Holders | None = None


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """The texts of one account; `problems` are those of reading them. There should be one attachments file.

    `unread` are the names of policies whose files have such problems.
    """

    attachments: list[AttachmentsText]
    policies: list[PolicyText]
    problems: list[Problem]
    unread: list[str]


class TakesLongError(Exception):
    """The work would take so long that other accounts should not wait for it."""


class WholeAccountNeededError(Exception):
    """A difference does not suffice: all files of the account are needed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What an account's files are beside those of its last good version: `files` are different or new, or `is_all`."""

    files: list[FileText]
    gone: frozenset[str]
    is_all: bool
    long_bytes: int


@dataclass(frozen=True, slots=True)
class Made:
    """A good version, and what is to be known of it for the next one."""

    account: Account
    attachments: bytes
    users: UserBlocks | None
    holders: Holders | None


class VersionMaker:
    """Makes accounts of files. `pause` is called between small pieces of work."""

    def __init__(self, root: Path, pause: Callable[[], None]) -> None:
        self._root = root
        self.pause = pause
        self._known = ParsedPolicies()

    def whole(self, key: str, files: Iterable[FileText]) -> Account:
        """The account that these files are, all there are of it.

        Raises:
            InvalidAccountError: with every problem of them.
        """
        return self._built(self.texts(key, files), None, {})

    def next(self, key: str, held: Held, found: Difference) -> Made:
        """The version that a difference leads to.

        Raises:
            InvalidAccountError: with every problem of it.
            TakesLongError: if an attachments file of more than the difference's `long_bytes` has to be read anew.
            WholeAccountNeededError: if the difference does not suffice.
        """
        before = held.account
        mains = [file for file in found.files if file.name in ATTACHMENTS]
        policies = [file for file in found.files if file.name not in ATTACHMENTS]
        digest = b"".join(map(_digest, mains)) if mains else held.attachments
        is_unread = not mains and not found.is_all and found.gone.isdisjoint(ATTACHMENTS)
        is_same_main = is_unread or (bool(mains) and digest == held.attachments)
        if before is not None and not any(file.problem for file in mains):
            if is_same_main:
                made = self._renewed(before, held, policies, found)
            else:
                made = self._with_changed_users(before, held, mains, policies, found)
            if made is not None:
                return made
        stale = {file.name for file in found.files} | found.gone
        is_another_left = any(name in (held.files or ()) and name not in stale for name in ATTACHMENTS)
        if is_unread or (mains and is_another_left):
            raise WholeAccountNeededError
        if sum(len(file.text or "") for file in mains) > found.long_bytes:
            raise TakesLongError
        accepted = {
            path_of(self._root, key, name): policy
            for name in held.files or ()
            if name not in stale and before is not None and (policy := before.policies.get(_stem(name))) is not None
        }
        texts = self.texts(key, found.files)
        return Made(self._built(texts, before, accepted), digest, _users_of(texts, mains), None)

    def _with_changed_users(
        self,
        before: Account,
        held: Held,
        mains: list[FileText],
        policies: list[FileText],
        found: Difference,
    ) -> Made | None:
        """The version in whose attachments file only users changed; None if the file has to be read as a whole.

        It has, also to report the problems of a version that is not good.
        """
        is_yaml = [file.name for file in mains] == [ATTACHMENTS[0]]
        if held.users is None or not is_yaml or len(mains[0].text or "") > found.long_bytes * _COMPARED:
            return None
        text = mains[0].text or ""
        changed = held.users.next(text, self.pause, found.long_bytes)
        if changed is None:
            return None
        try:
            renewed = self._renewed(before, held, policies, found)
        except InvalidAccountError:
            return None
        users = None if renewed is None else self._users(renewed.account, changed)
        if renewed is None or users is None:
            return None
        account = shared(before, replace(renewed.account, users=users))
        return Made(account, _digest(mains[0]), cut(text, tuple(users)), None)

    def _users(self, account: Account, changed: ChangedUsers) -> Mapping[str, User] | None:
        """All users of an account, some of whom changed; None if that is not good."""
        made = build_users(changed.entries, account, self.pause)
        if made is None or len(made) != len(changed.entries):
            return None
        of_changed = iter(made.items())
        users = dict(next(of_changed) if uin is None else (uin, account.users[uin]) for uin in changed.uins)
        return users if len(users) == len(changed.uins) else None

    def _renewed(self, before: Account, held: Held, files: list[FileText], found: Difference) -> Made | None:
        """The version after one with the same attachments file; None if that file has to be read again.

        It has, to report where it names a policy that is gone, or one that is now in two files.
        """
        names = [_stem(file.name) for file in files]
        kept = (held.files or {}).keys() - found.gone
        if len(set(names)) < len(names) or any(_other_place(file.name) in kept for file in files):
            return None
        changed: dict[str, Policy] = {}
        problems: list[Problem] = []
        for file in files:
            self.pause()
            policy = self._policy(before, file, problems)
            if policy is not None and policy != before.policies.get(policy.name):
                changed[policy.name] = policy
        if problems:
            raise InvalidAccountError(problems)
        ended = before.policies.keys() if found.is_all else {*map(_stem, found.gone)} & before.policies.keys()
        ended = ended - set(names)
        if not changed and not ended:
            return Made(before, held.attachments, held.users, held.holders)
        holders = held.holders or Holders(before)
        if holders.holds_any(ended):
            return None
        return Made(renew(before, holders, changed, ended), held.attachments, held.users, holders)

    def _policy(self, before: Account, file: FileText, problems: list[Problem]) -> Policy | None:
        if file.problem is not None:
            problems.append(file.problem)
            return None
        text = PolicyText(_stem(file.name), file.path, file.text or "")
        if text.name not in before.policies:
            problems += name_problems(text, {})
        try:
            document = self._known.parse(text.text, text.file)
        except InvalidPolicyError as error:
            problems += error.problems
            return None
        problems += foreign_resources(text, document, before.uin, before.app_id)
        return same_policy(before, text.name, document)

    def texts(self, key: str, files: Iterable[FileText]) -> AccountTexts:
        """Files as they were read; of these only the attachments file is parsed."""
        found = AccountTexts([], [], [], [])
        for file in files:
            self.pause()
            if file.problem is not None:
                found.problems.append(file.problem)
                found.unread.append(_stem(file.name))
            elif file.name in ATTACHMENTS:
                found.attachments.extend(self._attachments(file, found.problems))
            else:
                found.policies.append(PolicyText(_stem(file.name), file.path, file.text or ""))
        if not found.attachments and not found.problems:
            main = path_of(self._root, key, ATTACHMENTS[0])
            found.problems.append(Problem("MissingFile", "the attachments file is missing", file=main, line=1))
        if len(found.attachments) > 1:
            main = path_of(self._root, key, ATTACHMENTS[0])
            message = f"there is {ATTACHMENTS[1]} too; keep one of them"
            found.problems.append(Problem("DuplicateFile", message, file=main, line=1))
        return found

    def _attachments(self, file: FileText, problems: list[Problem]) -> list[AttachmentsText]:
        text = file.text or ""
        is_yaml = file.name.endswith(".yaml")
        try:
            located = read_yaml(text, self.pause) if is_yaml else read_json(text)
        except MalformedTextError as error:
            code = "InvalidYaml" if is_yaml else "InvalidJson"
            problems.append(Problem(code, str(error), file=file.path, line=error.line, column=error.column))
            return []
        return [AttachmentsText(file.path, located)]

    def _built(self, texts: AccountTexts, before: Account | None, accepted: Mapping[str, Policy]) -> Account:
        """The account; the problems of reading its files and of building it are reported together."""
        account = None
        problems = list(texts.problems)
        if texts.attachments:
            main, policies = texts.attachments[0], texts.policies
            try:
                account = build_account(main, policies, self._known, self.pause, accepted, before, texts.unread)
            except InvalidAccountError as error:
                problems += error.problems
        if problems or account is None:
            raise InvalidAccountError(problems)
        if accepted and before is not None and (account.uin, account.app_id) != (before.uin, before.app_id):
            raise WholeAccountNeededError  # the policies were accepted for the account's old numbers
        return account


def _users_of(texts: AccountTexts, mains: list[FileText]) -> UserBlocks | None:
    """The places of the users in the attachments file of a good version."""
    located = texts.attachments[0].located
    if not isinstance(located, LocatedYaml) or not located.is_block:
        return None
    return cut(mains[0].text or "", tuple(str(user["uin"]) for user in located.value.get("users") or ()))


def _digest(file: FileText) -> bytes:
    return blake2b(f"{file.name}\n{file.text}".encode(), digest_size=_DIGEST_BYTES).digest()


def _stem(name: str) -> str:
    return name.removeprefix(POLICIES).removesuffix(".json")


def _other_place(name: str) -> str:
    """The other file that would hold a policy of the same name."""
    return name.removeprefix(POLICIES) if name.startswith(POLICIES) else POLICIES + name


def retired(before: Account | None, after: Account) -> list[object]:
    """The parts of an account that its next version does not have."""
    if before is None or before is after:
        return []
    pairs = (
        (before.users, after.users),
        (before.groups, after.groups),
        (before.roles, after.roles),
        (before.policies, after.policies),
    )
    return [old for mine, theirs in pairs if mine is not theirs for old in _unshared(mine, theirs)]


def _unshared(before: Mapping[str, object], after: Mapping[str, object]) -> list[object]:
    return [old for key, old in before.items() if after.get(key) is not old]
