"""What of an account cannot be decided here as CAM decides it."""

from collections.abc import Iterator
from dataclasses import dataclass

from authz.accounts.build import PolicyText, foreign_resources
from authz.accounts.preset_details import PresetDetails
from authz.errors import InvalidPolicyError, MalformedTextError, Problem
from authz.language.document import Effect, PolicyDocument, PolicyKind
from authz.language.json_text import read_json
from authz.language.parse import parse_document, parse_policy
from authz.language.report import Report
from authz.language.variables import Variable
from authz.lint.account import lint_policy
from authz.lint.actions import is_opaque
from authz.printable import printable
from authz.store.records import AccountRecord

_TOLD = frozenset(
    {
        "Lint.ForeignKey",
        "Lint.KeyCase",
        "Lint.OpaqueAction",
        "Lint.UncheckedService",
        "Lint.UnknownAction",
        "Lint.UnknownKey",
        "Lint.UnknownService",
    }
)
"""The findings of lint that report a limit of this program, or what no request has."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding on a part of the account, such as "policy `x` (1000001)".

    One that `is_undecidable` keeps the account from being written, unless that is allowed.
    """

    subject: str
    code: str
    message: str
    is_undecidable: bool = False

    def __str__(self) -> str:
        """The finding on one line."""
        return printable(f"{self.subject}: {self.code}: {self.message}")


def policy_findings(subject: str, text: str, account: AccountRecord) -> tuple[Finding, ...]:
    """The findings on the document of a custom policy, or of a preset that is not known here."""
    try:
        document = parse_policy(text)
    except InvalidPolicyError as error:
        return _refusals(subject, error.problems)
    problems = foreign_resources(PolicyText("", "", text), document, account.uin, account.app_id)
    if problems:
        return _refusals(subject, problems)
    found = [Finding(subject, each.code, _placed(each)) for each in lint_policy(text) if each.code in _TOLD]
    return (*_opaque_denials(subject, document), *_tags_of_users(subject, document), *found)


def trust_findings(subject: str, text: str) -> tuple[Finding, ...]:
    """The findings on the trust policy of a role."""
    try:
        parse_policy(text, PolicyKind.TRUST)
    except InvalidPolicyError as error:
        return _refusals(subject, error.problems)
    return ()


def preset_findings(subject: str, text: str, preset: PresetDetails) -> tuple[Finding, ...]:
    """A finding if the text of a preset is not the one by which this program decides it."""
    report = Report()
    try:
        document = parse_document(read_json(text).value, PolicyKind.IDENTITY, report)
    except MalformedTextError:
        document = None
    if document == preset.policy.document and not report.findings:
        return ()
    message = "its text in CAM is not the one by which this program decides this preset"
    return (Finding(subject, "PresetDiffers", message),)


def _refusals(subject: str, problems: tuple[Problem, ...] | list[Problem]) -> tuple[Finding, ...]:
    return tuple(Finding(subject, each.code, _placed(each), is_undecidable=True) for each in problems)


def _placed(problem: Problem) -> str:
    return f"line {max(problem.line, 1)}: {problem.message}"


def _opaque_denials(subject: str, document: PolicyDocument) -> Iterator[Finding]:
    for statement in document.statements:
        if statement.effect is Effect.DENY and any(map(is_opaque, statement.actions)):
            message = f"statement {statement.index + 1} denies a product's action set, whose actions are not known here"
            yield Finding(subject, "OpaqueDeny", message, is_undecidable=True)


def _tags_of_users(subject: str, document: PolicyDocument) -> Iterator[Finding]:
    for statement in document.statements:
        used = {
            variable.value
            for condition in statement.conditions
            for value in condition.values
            for variable in value.variables
            if variable in (Variable.PRINCIPAL_TAG_KEY, Variable.PRINCIPAL_TAG_VALUE)
        }
        if used:
            message = f"statement {statement.index + 1} uses {', '.join(sorted(used))}; CAM lists no tags of users"
            is_denial = statement.effect is Effect.DENY
            yield Finding(subject, "TagsOfUsers", f"{message}, so they have none here", is_undecidable=is_denial)
