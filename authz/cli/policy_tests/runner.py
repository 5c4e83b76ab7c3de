"""Runs test cases on the engine and records which statements decided them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from authz.accounts.model import Account, Policy
from authz.cli.policy_tests.case_file import Case
from authz.engine.decision import Decision, StatementRef
from authz.engine.denial import denial_message
from authz.engine.evaluate import decide
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.errors import InvalidRequestError, SourceError
from authz.insight.remarks import remarks
from authz.sources.directory.source import DirectorySource


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a case; `why` is empty if it passed."""

    case: Case
    why: str

    @property
    def is_passed(self) -> bool:
        """Whether the decision was the expected one."""
        return not self.why


@dataclass(slots=True)
class Coverage:
    """The attached statements of a source, without preset policies, and those that decided a case."""

    statements: frozenset[StatementRef]
    exercised: set[StatementRef] = field(default_factory=set)

    @property
    def missing(self) -> list[StatementRef]:
        """The statements that no case exercised."""
        return sorted(self.statements - self.exercised, key=lambda ref: (ref.attached_to, ref.policy, ref.index))

    @property
    def percent(self) -> float:
        """The percentage of the statements that were exercised; 100 if there are none."""
        covered = len(self.statements & self.exercised)
        return 100.0 * covered / len(self.statements) if self.statements else 100.0


class Runner:
    """Runs cases against one source and measures their coverage.

    Raises:
        SourceError: if the source has no account.
        InvalidAccountError: if an account is broken.
    """

    def __init__(self, source: Path) -> None:
        directory = DirectorySource(source)
        keys = directory.inventory().keys
        if not keys:
            raise SourceError(f"no account found: expected {directory.name_of('')}")
        accounts = {account.uin: account for account in map(directory.load, keys)}
        self._engine = Engine()
        self._engine.publish(accounts, (), 1)
        self.coverage = Coverage(frozenset(ref for account in accounts.values() for ref in _held(account)))

    def run(self, case: Case) -> Result:
        """Decide one case and compare the decision with the expected one."""
        now = time.time() if case.time is None else case.time
        try:
            request = parse_request(case.principal, case.action, case.resource, case.context, now)
        except InvalidRequestError as error:
            return Result(case, f"not a valid request: {error}")
        live = self._engine.live
        plan = live.resolve(request.principal, request.action)
        decision = decide(live, plan, request)
        if decision.statement is not None:
            self.coverage.exercised.add(decision.statement)
        if decision.allowed == case.is_allowed and case.reason in (None, decision.reason):
            return Result(case, "")
        message = "" if decision.allowed else f"; {denial_message(plan, request, decision)}"
        doubts = "".join(f"; {remark}" for remark in remarks(live, request))
        return Result(
            case, f"expected {_expected(case)}, got {_described(decision)}{' '.join(message.split(chr(10)))}{doubts}"
        )


def _expected(case: Case) -> str:
    word = "allow" if case.is_allowed else "deny"
    return f"{word} ({case.reason.name})" if case.reason else word


def _described(decision: Decision) -> str:
    word = "allow" if decision.allowed else "deny"
    ref = decision.statement
    by = f" by statement {ref.index} of policy {ref.policy}, attached to {ref.attached_to}" if ref else ""
    return f"{word} ({decision.reason.name}){by}"


def _held(account: Account) -> Iterable[StatementRef]:
    """Every statement of the account's own policies, once for each attachment."""
    for user in account.users.values():
        yield from _refs(user.policies, f"user/{user.uin}")
        for group in user.groups:
            yield from _refs(group.policies, f"group/{group.name}")
    for role in account.roles.values():
        yield from _refs(role.policies, f"role/{role.name}")


def _refs(policies: Iterable[Policy], attached_to: str) -> Iterable[StatementRef]:
    for policy in policies:
        if not policy.is_preset:
            yield from (StatementRef(policy.name, each.index, attached_to) for each in policy.document.statements)
