"""What one account of a policy directory is, checked for what a database requires beyond what decisions need."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authz.accounts.build import AttachmentsText, PolicyText, foreign_resources
from authz.accounts.model import Account
from authz.control.transfer_details import Details, PolicyDetails, parse_details
from authz.errors import InvalidAccountError, InvalidPolicyError, Problem
from authz.language.parse import parse_policy
from authz.language.report import Path, Report
from authz.store.mapping import folded


@dataclass(frozen=True, slots=True)
class AccountContent:
    """One account as a directory holds it: what decides, the texts of its policies and trust policies, its details."""

    account: Account
    documents: Mapping[str, str]
    trusts: Mapping[str, str]
    details: Details


@dataclass(frozen=True, slots=True)
class AccountFiles:
    """One account as it is written to a directory: plain values of two files, and the texts of policies by name."""

    attachments: dict[str, Any]
    details: dict[str, Any]
    documents: Mapping[str, str]


def content_of(
    account: Account, attachments: AttachmentsText, policies: Sequence[PolicyText], details: AttachmentsText | None
) -> AccountContent:
    """The content of an account that was built from these files; `details` is control.yaml, if there is one.

    Raises:
        InvalidAccountError: with every reason why a database cannot hold it, such as two names that differ in case
            alone.
    """
    problems = [*_names_in_file(attachments), *_names_of_files(policies)]
    found = Details()
    if details is not None:
        report = Report()
        found = parse_details(details.located.value, report)
        _check_versions(found, account, report)
        problems += report.problems(details.located, details.file)
    if problems:
        raise InvalidAccountError(problems)
    value = attachments.located.value
    return AccountContent(
        account=account,
        documents={each.name: each.text for each in policies},
        trusts={str(role["name"]): json.dumps(role["trust"], ensure_ascii=False) for role in value.get("roles") or ()},
        details=found,
    )


def _names_in_file(attachments: AttachmentsText) -> tuple[Problem, ...]:
    report, value = Report(), attachments.located.value
    for kind in ("users", "groups", "roles"):
        entries = value.get(kind) or ()
        named = [((kind, at, "name"), str(entry["name"])) for at, entry in enumerate(entries) if entry.get("name")]
        for path, name, other in _doubles(named):
            report.error("DuplicateName", path, f"{_MESSAGE.format(name=name, other=other)} among the {kind}")
    return report.problems(attachments.located, attachments.file)


def _names_of_files(policies: Sequence[PolicyText]) -> list[Problem]:
    named = [((each.file,), each.name) for each in policies]
    return [
        Problem("DuplicateName", _MESSAGE.format(name=name, other=other), file=str(path[0]), line=1)
        for path, name, other in _doubles(named)
    ]


_MESSAGE = "a database compares names without regard to case: `{name}` and `{other}` are one name; rename one"


def _doubles(named: Iterable[tuple[Path, str]]) -> Iterable[tuple[Path, str, str]]:
    seen: dict[str, str] = {}
    for path, name in named:
        other = seen.setdefault(folded(name), name)
        if other is not name:
            yield path, name, other


def _check_versions(details: Details, account: Account, report: Report) -> None:
    for name, policy in details.policies.items():
        if name not in account.policies:
            continue  # its file was deleted: the details describe nothing
        path: Path = ("policies", name, "versions")
        default = _default_of(policy)
        for number, version in policy.versions.items():
            if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**31 and str(int(number)) == number):
                report.error("InvalidDetails", (*path, number), f"`{number}` is not the number of a version")
            elif version.document is not None and int(number) != default:
                _check_document(version.document, account, (*path, number, "document"), report)
            elif int(number) != default:
                message = f"version {number} needs `document`; the file of the policy is version {default}"
                report.error("InvalidDetails", (*path, number), message)
        if policy.versions and str(default) not in policy.versions:
            report.error("InvalidDetails", path, f"the default version {default} is missing")


def _default_of(policy: PolicyDetails) -> int:
    return policy.default_version or 1


def _check_document(text: str, account: Account, path: Path, report: Report) -> None:
    try:
        document = parse_policy(text)
    except InvalidPolicyError as error:
        problems: Iterable[Problem] = error.problems
    else:
        problems = foreign_resources(PolicyText("", "", text), document, account.uin, account.app_id)
    for problem in problems:
        report.error(problem.code, path, f"line {problem.line} of the document: {problem.message}")
