"""Reads accounts of a database once, without following it: for single decisions and for validation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from authz.accounts.model import Account
from authz.accounts.parsed import ParsedPolicies
from authz.errors import InvalidAccountError, Problem, Severity, SourceError
from authz.language.document import PolicyKind
from authz.lint.account import lint_policy
from authz.store.account_assembly import assemble
from authz.store.account_rows import AccountRows, read_rows, rows_at
from authz.store.database import Database
from authz.store.errors import StoreError
from authz.store.session import Reader
from authz.store.url import DatabaseUrl

_AT_ONCE = 100


class Moment(NamedTuple):
    """A revision, or a time in seconds since the epoch; of both None, the present."""

    revision: int | None = None
    time: float | None = None


class AccountFindings(NamedTuple):
    """What validation finds about one account."""

    uin: str
    problems: tuple[Problem, ...]


def read_account(url: DatabaseUrl, uin: str, moment: Moment) -> Account | None:
    """An account at a moment; None if it did not exist then.

    Raises:
        SourceError: if the database cannot be reached, or has not reached the revision.
        InvalidAccountError: with every problem, if the account cannot be decided on.
    """
    with _reading(url) as reader:
        if moment == Moment():
            rows = read_rows(reader, [uin]).get(uin)
        else:
            rows = rows_at(reader, uin, _revision(reader, moment))
    return None if rows is None else assemble(rows)


def find_problems(url: DatabaseUrl) -> Iterator[AccountFindings]:
    """The errors, warnings and notes of each account, in the order of uins.

    Raises:
        SourceError: if the database cannot be reached.
    """
    known = ParsedPolicies()
    with _reading(url) as reader:
        uins = sorted(reader.accounts.revisions())
        for start in range(0, len(uins), _AT_ONCE):
            for uin, rows in sorted(read_rows(reader, uins[start : start + _AT_ONCE]).items()):
                yield AccountFindings(uin, (*_errors(rows, known), *_lint(rows)))


@contextmanager
def _reading(url: DatabaseUrl) -> Iterator[Reader]:
    try:
        database = Database.open(url.text)
        try:
            with database.read() as reader:
                yield reader
        finally:
            database.close()
    except StoreError as error:
        raise SourceError(str(error)) from None


def _revision(reader: Reader, moment: Moment) -> int:
    if moment.revision is None:
        return reader.changes.revision_at(moment.time or 0.0)
    if moment.revision > reader.revision:
        raise SourceError(f"revision {moment.revision} does not exist yet; the current one is {reader.revision}")
    return moment.revision


def _errors(rows: AccountRows, known: ParsedPolicies) -> tuple[Problem, ...]:
    try:
        assemble(rows, known)
    except InvalidAccountError as error:
        return error.problems
    return ()


def _lint(rows: AccountRows) -> Iterator[Problem]:
    uin = rows.account.uin
    texts = {(each.policy_id, each.version): each.document for each in rows.versions}
    used = {each.policy_id for each in rows.attachments}
    boundaries = [*(user.boundary_id for user in rows.users), *(role.boundary_id for role in rows.roles)]
    used.update(each for each in boundaries if each is not None)
    for policy in rows.policies:
        file = f"{uin}/policyid/{policy.id}"
        yield from lint_policy(texts.get((policy.id, policy.default_version), ""), file=file)
        if policy.id not in used:
            message = f"policy `{policy.name}` is not attached to any user, group or role"
            yield Problem("Lint.Unattached", message, file=file, line=1, severity=Severity.NOTE)
    for role in rows.roles:
        yield from lint_policy(role.trust, PolicyKind.TRUST, f"{uin}/roleid/{role.id}")
