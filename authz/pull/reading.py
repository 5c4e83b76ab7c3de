"""Reads an account: its lists, then each of its policies, users, groups and roles, and its lists again."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from authz.pull.answers import PulledPolicy, Row, attachment_of, boundary_of, whole_policy
from authz.pull.journal import Journal, Subject
from authz.pull.listing import ChangedError, Listing, all_rows, read_listing
from authz.pull.sdk import Call
from authz.store.records import (
    AccountRecord,
    AttachmentRecord,
    GroupRecord,
    HolderKind,
    MembershipRecord,
    RoleRecord,
    UserRecord,
)

ATTEMPTS = 3
"""How often an account is read that changes meanwhile."""

Progress = Callable[[int, int], None]
"""Called with how much is read, and how much there is."""
Tell = Callable[[str], None]
"""Called with a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class PulledAccount:
    """An account as CAM has it, with the ids of CAM. `policies` are its own, and all others that it uses."""

    account: AccountRecord
    users: tuple[UserRecord, ...]
    groups: tuple[GroupRecord, ...]
    roles: tuple[RoleRecord, ...]
    policies: tuple[PulledPolicy, ...]
    memberships: tuple[MembershipRecord, ...]
    attachments: tuple[AttachmentRecord, ...]


def read_account(call: Call, endpoint: str, journal: Journal, progress: Progress, tell: Tell) -> PulledAccount:
    """Read an account as it was at one time; one that changes meanwhile is read again.

    Raises:
        PullError: if a call fails or an answer is malformed.
        ChangedError: if the account changed ATTEMPTS times.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            listing = read_listing(call)
            _begin(journal, Subject(endpoint, listing.account.uin, listing.fingerprint), tell)
            pulled = _Reading(call, journal, listing, progress).read()
            if read_listing(call).fingerprint != listing.fingerprint:
                raise ChangedError("its lists are not as they were")  # noqa: TRY301 - one handler for both
        except ChangedError as error:
            if not left:
                raise ChangedError(f"the account changes while it is read: {error}; try again later") from None
            tell(f"the account was changed while it was read ({error}); it is read again")
        else:
            return pulled
    raise AssertionError("the last attempt returns or raises")


def _begin(journal: Journal, subject: Subject, tell: Tell) -> None:
    kept = journal.begin(subject)
    if kept is not None:
        count, age = kept
        tell(f"going on with {count} answers of an earlier pull, up to {_duration(age)} old")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{round(seconds)} seconds"


class _Reading:
    """One reading in progress."""

    def __init__(self, call: Call, journal: Journal, listing: Listing, progress: Progress) -> None:
        self._call = call
        self._journal = journal
        self._listing = listing
        self._uin = listing.account.uin
        self._progress = progress
        holders = len(listing.users) + len(listing.groups) + len(listing.roles)
        self._done, self._total = 0, len(listing.custom) + holders

    def read(self) -> PulledAccount:
        listing = self._listing
        policies = {each: self._policy(each) for each in listing.custom}
        users = tuple(self._user(user) for user in listing.users)
        groups = listing.groups
        roles = tuple(self._role(role) for role in listing.roles)
        memberships = [each for group in groups for each in self._members(group)]
        attachments = [each for kind, holder_id in self._holders() for each in self._attached(kind, holder_id)]
        used = {each.policy_id for each in attachments}
        bounded: list[UserRecord | RoleRecord] = [*users, *roles]
        used |= {each.boundary_id for each in bounded if each.boundary_id is not None}
        missing = sorted(used - policies.keys())
        self._total += len(missing)
        policies.update((each, self._policy(each)) for each in missing)
        return PulledAccount(
            account=listing.account,
            users=users,
            groups=groups,
            roles=roles,
            policies=tuple(policies.values()),
            memberships=self._known(memberships),
            attachments=tuple(attachments),
        )

    def _holders(self) -> Iterator[tuple[HolderKind, str]]:
        """Every user, group and role."""
        yield from ((HolderKind.USER, user.uin) for user in self._listing.users)
        yield from ((HolderKind.GROUP, str(group.id)) for group in self._listing.groups)
        yield from ((HolderKind.ROLE, role.id) for role in self._listing.roles)

    def _policy(self, policy_id: int) -> PulledPolicy:
        answer = self._ask("GetPolicy", {"PolicyId": policy_id})
        self._step()
        return whole_policy(self._uin, policy_id, answer, self._listing.policies.get(policy_id))

    def _user(self, user: UserRecord) -> UserRecord:
        answer = self._ask("GetUserPermissionBoundary", {"TargetUin": int(user.uin)})
        return replace(user, boundary_id=boundary_of(answer))

    def _role(self, role: RoleRecord) -> RoleRecord:
        return replace(role, boundary_id=boundary_of(self._ask("GetRolePermissionBoundary", {"RoleId": role.id})))

    def _members(self, group: GroupRecord) -> Iterator[MembershipRecord]:
        rows = all_rows(self._ask, "ListUsersForGroup", "UserInfo", {"GroupId": group.id})
        return (MembershipRecord(self._uin, group.id, str(row.get("Uin"))) for row in rows)

    def _known(self, memberships: Collection[MembershipRecord]) -> tuple[MembershipRecord, ...]:
        """Those of users; collaborators, which are accounts of their own, are members too."""
        uins = {user.uin for user in self._listing.users}
        return tuple(each for each in memberships if each.uin in uins)

    def _attached(self, kind: HolderKind, holder_id: str) -> list[AttachmentRecord]:
        action, parameters = _LISTS[kind](holder_id)
        rows = all_rows(self._ask, action, "List", parameters)
        self._step()
        return [attachment_of(self._uin, kind, holder_id, row) for row in rows]

    def _ask(self, action: str, parameters: Mapping[str, Any]) -> Row:
        """The answer of the journal, or of the API."""
        key = json.dumps([action, parameters], sort_keys=True)
        answer: Row | None = self._journal.answer(key)
        if answer is None:
            answer = self._call(action, parameters)
            self._journal.keep(key, answer)
        return answer

    def _step(self) -> None:
        self._done += 1
        self._progress(self._done, max(self._total, self._done))


_LISTS: Mapping[HolderKind, Callable[[str], tuple[str, Row]]] = {
    HolderKind.USER: lambda uin: ("ListAttachedUserPolicies", {"TargetUin": int(uin)}),
    HolderKind.GROUP: lambda group_id: ("ListAttachedGroupPolicies", {"TargetGroupId": int(group_id)}),
    HolderKind.ROLE: lambda role_id: ("ListAttachedRolePolicies", {"RoleId": role_id}),
}
