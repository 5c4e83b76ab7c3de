"""From the texts of one account to an Account: every name looked up, every problem of every file collected."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

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
    """A policy document as found: the policy's name, the file that a user would open, its text."""

    name: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class AttachmentsText:
    """An attachments file, already read from YAML or JSON into plain values with their places."""

    file: str
    located: Located


NOTHING_ACCEPTED: Mapping[str, Policy] = MappingProxyType({})


def _go_on() -> None:
    """Do not wait."""


def build_account(
    attachments: AttachmentsText,
    policy_texts: Sequence[PolicyText],
    known: ParsedPolicies | None = None,
    breathe: Callable[[], None] = _go_on,
    accepted: Mapping[str, Policy] = NOTHING_ACCEPTED,
    before: Account | None = None,
    unread: Collection[str] = (),
) -> Account:
    """Put one account together, from documents that are `known` where there are.

    Policies that were `accepted` before, in the same account, belong to it beside those of the texts; they are keyed by
    their files. What is equal to a part of `before` is that very object. `unread` are the names of policies whose files
    could not be read, which is told elsewhere. `breathe` is called before every small piece of work, and may wait.

    Raises:
        InvalidAccountError: with every problem of all files; nothing of the account may then take effect.
    """
    problems: list[Problem] = []
    files = {policy.name: file for file, policy in accepted.items()}
    read = _documents(policy_texts, files, known or ParsedPolicies(), problems, breathe)
    report = Report()
    parsed = parse_attachments(attachments.located.value, report)
    for text, document in read:
        breathe()
        problems += foreign_resources(text, document, parsed.account, parsed.app_id)
    policies = {policy.name: policy for policy in accepted.values()}
    policies.update((text.name, same_policy(before, text.name, document)) for text, document in read)
    refused = frozenset(text.name for text in policy_texts).union(unread) - policies.keys()
    account = _Linker(parsed, policies, refused, report, breathe).link()
    problems = [*report.problems(attachments.located, attachments.file), *problems]
    if problems:
        raise InvalidAccountError(problems)
    return shared(before, account)


def same_policy(before: Account | None, name: str, document: PolicyDocument) -> Policy:
    """The policy with this document: the one that the account `before` has, if it is the same."""
    old = None if before is None else before.policies.get(name)
    return old if old is not None and old.document is document else Policy(name, document)


def _documents(
    texts: Sequence[PolicyText],
    files: dict[str, str],
    known: ParsedPolicies,
    problems: list[Problem],
    breathe: Callable[[], None],
) -> Sequence[tuple[PolicyText, PolicyDocument]]:
    documents: list[tuple[PolicyText, PolicyDocument]] = []
    for text in texts:
        breathe()
        problems += name_problems(text, files)
        files.setdefault(text.name, text.file)
        try:
            documents.append((text, known.parse(text.text, text.file)))
        except InvalidPolicyError as error:
            problems += error.problems
    return documents


def name_problems(text: PolicyText, files: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a policy's name, `files` being those of the policies that have their names already."""
    found = []
    if not _POLICY_NAME.fullmatch(text.name):
        message = f"`{text.name}` is no policy name: 1 to 128 letters, digits and `+=,.@_-`"
        found.append(Problem("InvalidParameter.PolicyNameError", message, file=text.file, line=1))
    if text.name in files:
        message = f"policy `{text.name}` stands in {files[text.name]} too"
        found.append(Problem("DuplicatePolicy", message, file=text.file, line=1))
    preset = find_preset(text.name)
    if preset is not None:
        message = f"`{preset.name}` is a preset policy; give this file another name"
        found.append(Problem("PresetName", message, file=text.file, line=1))
    return found


def foreign_resources(text: PolicyText, document: PolicyDocument, uin: str, app_id: str) -> list[Problem]:
    """Resources that this account can never own (requirement of CreatePolicy: ResourceUinError)."""
    foreign = [
        (statement.index, index, *_foreign(resource, uin, app_id))
        for statement in document.statements
        for index, resource in enumerate(statement.resources)
    ]
    if not any(code for *_, code, _ in foreign):
        return []
    located = read_json(text.text)
    is_bare = isinstance(located.value["statement"], dict)
    report = Report()
    for statement_index, index, code, message in foreign:
        if code:
            steps = () if is_bare else (statement_index,)
            report.error(code, ("statement", *steps, "resource", index), message)
    return list(report.problems(located, text.file))


def _foreign(resource: ResourcePattern, uin: str, app_id: str) -> tuple[str, str]:
    kind, number = resource.account.kind, resource.account.number
    is_other = kind is AccountKind.UIN and bool(uin) and number != uin
    if is_other and not resource.may_be_foreign:
        message = f"`{resource.text}` belongs to account {number}, not to {uin}"
        return "InvalidParameter.ResourceUinError", message
    if Variable.APP_ID in resource.tail.variables and not app_id:
        return "InvalidParameter.ResourceContentError", f"`{resource.text}` needs `app_id` in the attachments file"
    return "", ""


class _Linker:
    """Looks the names of one attachments file up.

    A name in `refused` has a file whose faults are reported already: it is not unknown on top of that. Nor is a group
    where the name of some group could not be read.
    """

    def __init__(
        self,
        parsed: Attachments,
        policies: Mapping[str, Policy],
        refused: frozenset[str],
        report: Report,
        breathe: Callable[[], None],
    ) -> None:
        self._breathe = breathe
        self._parsed = parsed
        self._refused = refused
        self._policies = policies
        self._report = report
        self._groups: dict[str, Group] = {}
        self._is_any_group_lost = any(_is_group_lost(finding.path) for finding in report.findings)

    def link(self) -> Account:
        self._groups = {group.key: Group(group.key, self._attached(group.policies)) for group in self._parsed.groups}
        return Account(
            uin=self._parsed.account,
            app_id=self._parsed.app_id,
            users={user.key: self._user(user) for user in self._parsed.users},
            groups=self._groups,
            roles={role.key: self._role(role) for role in self._parsed.roles},
            policies=self._policies,
        )

    def _user(self, user: Identity) -> User:
        self._breathe()
        if user.key and user.key == self._parsed.account:
            message = f"`{user.key}` is the root account itself, which needs no policy"
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
        """The policies in the order of attachment; attaching one twice is harmless."""
        found = (self._policy(name) for name in names)
        return tuple({policy.name: policy for policy in found if policy is not None}.values())

    def _policy(self, name: Name) -> Policy | None:
        policy = self._policies.get(name.text) or find_preset(name.text)
        if policy is None and name.text not in self._refused:
            message = f"no policy `{name.text}`: neither a file of this account nor a preset"
            self._report.error("UnknownPolicy", name.path, message)
        return policy

    def _memberships(self, names: Sequence[Name]) -> tuple[Group, ...]:
        for name in names:
            if name.text not in self._groups and not self._is_any_group_lost:
                self._report.error("UnknownGroup", name.path, f"no group `{name.text}` in this account")
        known = {name.text: self._groups[name.text] for name in names if name.text in self._groups}
        return tuple(known.values())


def _is_group_lost(path: Path) -> bool:
    """Whether a fault at `path` keeps the name of a group from being known: of the list, of an entry, of the name."""
    return path[:1] == ("groups",) and (len(path) <= 2 or path[2] == "name")
