"""Builds an Account from its files: resolves every name and collects the problems of all files."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from authz.accounts.attachments import Attachments, Identity, Name, parse_attachments
from authz.accounts.model import Account, Group, Policy, Role, User
from authz.accounts.parsed import ParsedPolicies
from authz.accounts.presets import find_preset
from authz.accounts.renew import shared
from authz.errors import InvalidAccountError, InvalidPolicyError, Problem
from authz.language.document import PolicyDocument
from authz.language.json_text import read_json
from authz.language.report import Located, Path, Report
from authz.language.resource import AccountKind, ResourcePattern
from authz.language.variables import Variable

_POLICY_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,128}")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy document as found: the name of the policy, its file, and its text."""

    name: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class AttachmentsText:
    """An attachments file, parsed from YAML or JSON into plain values with their positions."""

    file: str
    located: Located


_NOBODY: Mapping[str, Any] = {}  # shared by all accounts without groups or roles; not a proxy, which cannot be pickled
NOTHING_ACCEPTED: Mapping[str, Policy] = MappingProxyType({})


def _no_pause() -> None:
    """Continue at once."""


def build_account(
    attachments: AttachmentsText,
    policy_texts: Sequence[PolicyText],
    known: ParsedPolicies | None = None,
    pause: Callable[[], None] = _no_pause,
    accepted: Mapping[str, Policy] = NOTHING_ACCEPTED,
    before: Account | None = None,
    unread: Collection[str] = (),
) -> Account:
    """Build one account; documents in `known` are not parsed again.

    `accepted` are policies of the account that were accepted earlier, keyed by file; they are added to those of
    `policy_texts`. Parts that are equal to those of `before` are the same objects. `unread` are the names of policies
    whose files could not be read; the caller reports them. `pause` is called before each small unit of work and may
    wait.

    Raises:
        InvalidAccountError: with the problems of all files; the account must then not take effect.
    """
    problems: list[Problem] = []
    files = {policy.name: file for file, policy in accepted.items()}
    read = _documents(policy_texts, files, known or ParsedPolicies(), problems, pause)
    report = Report()
    parsed = parse_attachments(attachments.located.value, report)
    for text, document in read:
        pause()
        problems += foreign_resources(text, document, parsed.account, parsed.app_id)
    policies = {policy.name: policy for policy in accepted.values()}
    policies.update((text.name, same_policy(before, text.name, document)) for text, document in read)
    refused = frozenset(text.name for text in policy_texts).union(unread) - policies.keys()
    account = _Linker(parsed, policies, refused, report, pause).link()
    problems = [*report.problems(attachments.located, attachments.file), *problems]
    if problems:
        raise InvalidAccountError(problems)
    return shared(before, account)


def build_users(
    entries: Sequence[Any], account: Account, pause: Callable[[], None] = _no_pause
) -> Mapping[str, User] | None:
    """The users of some entries of an account's attachments file, whose policies and groups are those of `account`.

    None if they have problems; build_account reports these.
    """
    report = Report()
    parsed = parse_attachments({"account": account.uin, "users": list(entries)}, report)
    users = _Linker(parsed, account.policies, frozenset(), report, pause, account.groups).users()
    return None if report.findings else users


def same_policy(before: Account | None, name: str, document: PolicyDocument) -> Policy:
    """The policy with this document; the object of the account `before` if both are equal."""
    old = None if before is None else before.policies.get(name)
    return old if old is not None and old.document is document else Policy(name, document)


def _documents(
    texts: Sequence[PolicyText],
    files: dict[str, str],
    known: ParsedPolicies,
    problems: list[Problem],
    pause: Callable[[], None],
) -> Sequence[tuple[PolicyText, PolicyDocument]]:
    documents: list[tuple[PolicyText, PolicyDocument]] = []
    for text in texts:
        pause()
        problems += name_problems(text, files)
        files.setdefault(text.name, text.file)
        try:
            documents.append((text, known.parse(text.text, text.file)))
        except InvalidPolicyError as error:
            problems += error.problems
    return documents


def name_problems(text: PolicyText, files: Mapping[str, str]) -> list[Problem]:
    """Report problems of a policy's name; `files` maps the names that are in use to their files."""
    found = []
    if not _POLICY_NAME.fullmatch(text.name):
        message = f"`{text.name}` is not a policy name; expected 1 to 128 letters, digits and `+=,.@_-`"
        found.append(Problem("InvalidParameter.PolicyNameError", message, file=text.file, line=1))
    if text.name in files:
        message = f"policy `{text.name}` is also defined in {files[text.name]}"
        found.append(Problem("DuplicatePolicy", message, file=text.file, line=1))
    preset = find_preset(text.name)
    if preset is not None:
        message = f"`{preset.name}` is a preset policy; give this file another name"
        found.append(Problem("PresetName", message, file=text.file, line=1))
    return found


def foreign_resources(text: PolicyText, document: PolicyDocument, uin: str, app_id: str) -> list[Problem]:
    """Report resources that cannot belong to this account (CreatePolicy: ResourceUinError)."""
    foreign = [
        (statement.index, index, *problem)
        for statement in document.statements
        for index, resource in enumerate(statement.resources)
        if (problem := _foreign(resource, uin, app_id)) is not None
    ]
    if not foreign:
        return []
    located = read_json(text.text)
    is_bare = isinstance(located.value["statement"], dict)
    report = Report()
    for statement_index, index, code, message in foreign:
        steps = () if is_bare else (statement_index,)
        report.error(code, ("statement", *steps, "resource", index), message)
    return list(report.problems(located, text.file))


def _foreign(resource: ResourcePattern, uin: str, app_id: str) -> tuple[str, str] | None:
    """The error code and the message; None if the account can own the resource."""
    kind, number = resource.account.kind, resource.account.number
    is_other = kind is AccountKind.UIN and bool(uin) and number != uin
    if is_other and not resource.may_be_foreign:
        message = f"`{resource.text}` belongs to account {number}, not to {uin}"
        return "InvalidParameter.ResourceUinError", message
    if not app_id and resource.tail.has_variables and Variable.APP_ID in resource.tail.variables:
        return "InvalidParameter.ResourceContentError", f"`{resource.text}` needs `app_id` in the attachments file"
    return None


class _Linker:
    """Resolves the names of one attachments file.

    A name in `refused` is not reported as unknown, since the errors of its file are reported already. Unknown groups
    are not reported if the name of some group could not be read.
    """

    def __init__(
        self,
        parsed: Attachments,
        policies: Mapping[str, Policy],
        refused: frozenset[str],
        report: Report,
        pause: Callable[[], None],
        groups: Mapping[str, Group] = _NOBODY,
    ) -> None:
        self._pause = pause
        self._parsed = parsed
        self._refused = refused
        self._policies = policies
        self._report = report
        self._groups = groups
        self._attachments: dict[tuple[str, ...], tuple[Policy, ...]] = {}
        self._is_any_group_hidden = any(_is_group_hidden(finding.path) for finding in report.findings)

    def link(self) -> Account:
        groups = {group.key: Group(group.key, self._attached(group.policies)) for group in self._parsed.groups}
        self._groups = groups or _NOBODY
        return Account(
            uin=self._parsed.account,
            app_id=self._parsed.app_id,
            users=self.users(),
            groups=self._groups,
            roles={role.key: self._role(role) for role in self._parsed.roles} or _NOBODY,
            policies=self._policies,
        )

    def users(self) -> dict[str, User]:
        return {user.key: self._user(user) for user in self._parsed.users}

    def _user(self, user: Identity) -> User:
        self._pause()
        if user.key and user.key == self._parsed.account:
            message = f"`{user.key}` is the root account, which needs no policy; delete this user"
            self._report.error("DuplicateUin", (*user.path, "uin"), message)
        return User(
            uin=user.key,
            name=user.name,
            policies=self._attached(user.policies),
            groups=self._memberships(user.groups),
            boundary=self._policy(user.boundary) if user.boundary else None,
            tags=user.tags,
        )

    def _role(self, role: Identity) -> Role:
        return Role(
            name=role.key,
            policies=self._attached(role.policies),
            trust=role.trust or PolicyDocument(()),
            boundary=self._policy(role.boundary) if role.boundary else None,
            tags=role.tags,
        )

    def _attached(self, names: Sequence[Name]) -> tuple[Policy, ...]:
        """The policies in the order of attachment, without duplicates; one tuple for all with the same policies."""
        if not names:
            return ()
        key = tuple([name.text for name in names])
        known = self._attachments.get(key)
        if known is not None:
            return known
        found = [self._policy(name) for name in names]
        policies = tuple({policy.name: policy for policy in found if policy is not None}.values())
        if None not in found:  # else each occurrence is reported
            self._attachments[key] = policies
        return policies

    def _policy(self, name: Name) -> Policy | None:
        policy = self._policies.get(name.text) or find_preset(name.text)
        if policy is None and name.text not in self._refused:
            message = f"unknown policy `{name.text}`; expected a policy file of this account or a preset policy"
            self._report.error("UnknownPolicy", name.path, message)
        return policy

    def _memberships(self, names: Sequence[Name]) -> tuple[Group, ...]:
        if not names:
            return ()
        for name in names:
            if name.text not in self._groups and not self._is_any_group_hidden:
                self._report.error(
                    "UnknownGroup", name.path, f"unknown group `{name.text}`; expected a group of this account"
                )
        known = {name.text: self._groups[name.text] for name in names if name.text in self._groups}
        return tuple(known.values())


def _is_group_hidden(path: Path) -> bool:
    """Whether an error at `path` hides the name of a group: an error of the list, of an entry, or of a name."""
    return path[:1] == ("groups",) and (len(path) <= 2 or path[2] == "name")
