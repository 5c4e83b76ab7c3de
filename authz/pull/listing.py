"""The lists of an account, and a fingerprint of them by which a change of the account is noticed."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from authz.pull.answers import Row, account_of, group_of, listed_policy, role_of, user_of
from authz.pull.errors import PullError
from authz.pull.sdk import Call
from authz.store.records import AccountRecord, GroupRecord, PolicyRecord, RoleRecord, UserRecord

ROWS_OF_A_PAGE = 200
"""The most that CAM answers in one page."""
_MOST_PAGES = 10_000


class ChangedError(PullError):
    """The account was changed while it was read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an account has. `policies` are all, by id, those that Tencent Cloud defines among them.

    The fingerprint covers every field of every list, among them the times of changes and the numbers of attachments.
    """

    account: AccountRecord
    users: tuple[UserRecord, ...]
    groups: tuple[GroupRecord, ...]
    roles: tuple[RoleRecord, ...]
    policies: Mapping[int, PolicyRecord]
    custom: tuple[int, ...]
    fingerprint: str


def read_listing(call: Call) -> Listing:
    """Read all lists.

    Raises:
        PullError: if a call fails, or an answer is malformed.
        ChangedError: if a list changed from one of its pages to the next.
    """
    digest = hashlib.sha256()

    def noted(rows: list[Row]) -> list[Row]:
        digest.update(json.dumps(rows, sort_keys=True).encode())
        return rows

    account = account_of(call("GetUserAppId", {}))
    uin = account.uin
    users = [user_of(uin, row) for row in noted(rows_of(call("ListUsers", {}), "Data"))]
    groups = [group_of(uin, row) for row in noted(all_rows(call, "ListGroups", "GroupInfo", {}))]
    roles = [role_of(uin, row) for row in noted(all_rows(call, "DescribeRoleList", "List", {}))]
    listed = [listed_policy(uin, row) for row in noted(all_rows(call, "ListPolicies", "List", {"Scope": "All"}))]
    return Listing(
        account=account,
        users=tuple(user for user in users if user.uin != uin),
        groups=tuple(groups),
        roles=tuple(roles),
        policies={record.id: record for record, _ in listed},
        custom=tuple(record.id for record, is_preset in listed if not is_preset),
        fingerprint=digest.hexdigest(),
    )


def all_rows(call: Callable[[str, Mapping[str, Any]], Row], action: str, field: str, parameters: Row) -> list[Row]:
    """The rows of all pages of a list.

    Raises:
        PullError: as read_listing does.
    """
    found: list[Row] = []
    for answer in _pages(call, action, parameters):
        page = rows_of(answer, field)
        found += page
        total = int(answer.get("TotalNum") or 0)
        if len(found) >= total or not page:
            if len(found) != total:
                raise ChangedError(f"{action} answered {len(found)} rows of {total}")
            return found
    raise PullError(f"{action} has more than {_MOST_PAGES} pages")


def _pages(call: Callable[[str, Mapping[str, Any]], Row], action: str, parameters: Row) -> Iterator[Row]:
    for page in range(1, _MOST_PAGES + 1):
        yield call(action, {**parameters, "Page": page, "Rp": ROWS_OF_A_PAGE})


def rows_of(answer: Row, field: str) -> list[Row]:
    """The rows of one answer."""
    rows = answer.get(field) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PullError(f"the CAM API answered `{field}` that is not a list of objects")
    return rows
