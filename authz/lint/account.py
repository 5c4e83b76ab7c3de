"""Lints all files of an account.

Findings are warnings and notes about accepted documents. They do not affect decisions.
"""

from collections.abc import Sequence
from typing import Any

from authz.accounts.attachments import parse_attachments
from authz.accounts.build import AttachmentsText, PolicyText
from authz.errors import InvalidPolicyError, Problem, Severity
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.json_text import read_json
from authz.language.parse import parse_policy
from authz.language.report import Path, Report
from authz.lint.actions import lint_breadth, lint_operation_level
from authz.lint.attachments import attached_names, lint_attachments, lint_trust
from authz.lint.blanks import lint_blanks
from authz.lint.conditions import lint_conditions
from authz.lint.coverage import lint_coverage
from authz.lint.entries import lint_entries
from authz.lint.names import lint_names
from authz.lint.placed import PlacedStatement, placed_statements
from authz.lint.resources import lint_resources


def lint_account(attachments: AttachmentsText | None, policy_texts: Sequence[PolicyText]) -> tuple[Problem, ...]:
    """The findings of all files of one account, those of the attachments file first.

    A refused file has no findings; `build_account` reports its errors.
    """
    found: list[Problem] = []
    attached = None
    if attachments is not None:
        report = Report()
        attached = _lint_attachments_file(attachments, report)
        found += report.problems(attachments.located, attachments.file)
    for text in policy_texts:
        found += lint_policy(text.text, file=text.file)
        if attached is not None and text.name not in attached:
            message = f"policy `{text.name}` is not attached to any user, group or role"
            found.append(Problem("Lint.Unattached", message, file=text.file, line=1, severity=Severity.NOTE))
    return tuple(found)


def lint_policy(text: str, kind: PolicyKind = PolicyKind.IDENTITY, file: str = "") -> tuple[Problem, ...]:
    """The findings of one policy document; none if it is refused."""
    try:
        document = parse_policy(text, kind, file)
    except InvalidPolicyError:
        return ()
    located = read_json(text)
    report = Report()
    lint_document(located.value, document, report)
    return report.problems(located, file)


def lint_document(
    value: dict[str, Any], document: PolicyDocument, report: Report, path: Path = ()
) -> Sequence[PlacedStatement]:
    """Report the findings of a parsed document; `path` is the place of its plain `value` in the text."""
    statements = placed_statements(value, document, path)
    for statement in statements:
        lint_names(statement, report)
        lint_operation_level(statement, [other for other in statements if other is not statement], report)
        lint_resources(statement, report)
        lint_breadth(statement, report)
        lint_conditions(statement, report)
        lint_entries(statement, report)
        lint_blanks(statement, report)
    lint_coverage(statements, report)
    return statements


def _lint_attachments_file(attachments: AttachmentsText, report: Report) -> frozenset[str] | None:
    """Lint the file and return the names of attached policies; None if the file is refused."""
    errors = Report()
    value = attachments.located.value
    parsed = parse_attachments(value, errors)
    if errors.findings:
        return None
    lint_attachments(parsed, report)
    for role in parsed.roles:
        if role.trust is not None:
            path = (*role.path, "trust")
            raw = value["roles"][role.path[1]]["trust"]
            lint_trust(role.key, lint_document(raw, role.trust, report, path), report)
    return frozenset(attached_names(parsed))
