"""Validates policy documents and trust policies, and answers the codes of CreatePolicy and CreateRole."""

import re
from collections.abc import Callable, Iterable, Sequence

from authz.accounts.build import PolicyText, foreign_resources
from authz.catalog.catalog import load_catalog
from authz.control.errors import ControlError
from authz.errors import InvalidPolicyError, Problem
from authz.language.action import ActionPattern
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.json_text import read_json
from authz.language.parse import parse_policy
from authz.language.report import Report
from authz.lint.names import intended_service, suggested_action
from authz.lint.placed import Placed, PlacedStatement, placed_statements

CHECKED_SERVICES = frozenset({"im", "sms", "cam"})
"""The services whose actions must be in the catalog; the actions of other services are accepted as they are."""

_OF_ACCOUNT = re.compile(r"qcs::cam::uin/([0-9]+):(?:(uin|roleName|groupid)/(\S+)|root)")
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:qcloud\.com|cloud\.tencent\.com)")
_ASSUMPTIONS = tuple(
    action.name.lower() for action in load_catalog().actions("sts") if action.name.startswith("AssumeRole")
)

Exists = Callable[[str, str], bool]
"""Whether the account has an identity: its kind (`uin`, `roleName` or `groupid`) and its name."""


def check_policy(text: str, account: str, app_id: str) -> PolicyDocument:
    """Parse the document of a custom policy of an account.

    Raises:
        ControlError: with the code of the first problem; its message lists all problems with their lines.
    """
    document = _parsed(text, PolicyKind.IDENTITY)
    problems = [
        *foreign_resources(PolicyText("", "", text), document, account, app_id),
        *_placed_problems(text, document, _lint_names),
    ]
    _refuse(problems)
    return document


def check_trust(text: str, account: str, exists: Exists) -> PolicyDocument:
    """Parse the trust policy of a role; identities of the same account that it names must exist.

    Raises:
        ControlError: as check_policy does; PrincipalQcsNotExist for an unknown identity, PrincipalServiceNotExist for
            what is not the name of a service.
    """
    document = _parsed(text, PolicyKind.TRUST)
    problems = _placed_problems(text, document, _lint_assumptions)
    _refuse([*problems, *_principal_problems(text, document, account, exists)])
    return document


def _parsed(text: str, kind: PolicyKind) -> PolicyDocument:
    try:
        return parse_policy(text, kind)
    except InvalidPolicyError as error:
        _refuse(error.problems)
        raise  # not reached: an InvalidPolicyError has problems


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
        raise ControlError(ordered[0].code, "; ".join(map(_sentence, ordered)))


def _sentence(problem: Problem) -> str:
    return f"line {max(problem.line, 1)}, column {max(problem.column, 1)}: {problem.message}"


def _placed_problems(
    text: str, document: PolicyDocument, check: Callable[[PlacedStatement, Report], None]
) -> tuple[Problem, ...]:
    located, report = read_json(text), Report()
    for statement in placed_statements(located.value, document):
        check(statement, report)
    return report.problems(located, "")


def _lint_names(statement: PlacedStatement, report: Report) -> None:
    beside = frozenset(str(resource.parsed.service) for resource in statement.resources)
    for action in statement.actions:
        service, name = action.parsed.service, action.parsed.name
        if not service.is_literal or not name.is_literal:
            continue
        if str(service) in CHECKED_SERVICES:
            _lint_action(action, str(service), str(name), report)
        elif str(service) not in load_catalog().services:
            meant = intended_service(str(service), str(name), beside)
            if meant in CHECKED_SERVICES:
                message = f"unknown service `{service}` in `{action.raw}`; did you mean `{meant}`?"
                report.error("InvalidParameter.ActionServiceNotExist", action.path, message)


def _lint_action(action: Placed[ActionPattern], service: str, name: str, report: Report) -> None:
    if load_catalog().find(service, name) is None:
        hint = suggested_action(service, name) or "check its spelling in the API reference"
        message = f"`{service}` has no action `{action.raw.strip()}`; {hint}"
        report.error("InvalidParameter.ActionNotExist", action.path, message)


def _lint_assumptions(statement: PlacedStatement, report: Report) -> None:
    for action in statement.actions:
        pattern = action.parsed
        if not pattern.service.matches("sts") or not any(map(pattern.name.matches, _ASSUMPTIONS)):
            message = f"`{action.raw}` does not assume a role; a trust policy names `name/sts:AssumeRole`"
            report.error("InvalidParameter.ActionError", action.path, message)


def _principal_problems(text: str, document: PolicyDocument, account: str, exists: Exists) -> Iterable[Problem]:
    located, report = read_json(text), Report()
    for statement in document.statements:
        if statement.principals is None:
            continue
        path = ("statement", statement.index, "principal")
        for name in statement.principals.qcs:
            match = _OF_ACCOUNT.fullmatch(name)
            is_own = match is not None and match[1] == account and match[2] is not None
            if match is not None and is_own and not _is_known(match[2], match[3], account, exists):
                report.error(
                    "InvalidParameter.PrincipalQcsNotExist", path, f"account {account} has no `{match[2]}/{match[3]}`"
                )
        for name in statement.principals.service:
            if not _SERVICE_PRINCIPAL.fullmatch(name):
                message = f"`{name}` is not the name of a service; expected one such as `scf.qcloud.com`"
                report.error("InvalidParameter.PrincipalServiceNotExist", path, message)
    return report.problems(located, "")


def _is_known(kind: str, name: str, account: str, exists: Exists) -> bool:
    return (kind == "uin" and name == account) or exists(kind, name)
