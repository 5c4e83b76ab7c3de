"""Use cases that attach policies to users, groups and roles, and detach them (cam-api.md 3, Attachments).

Attaching a policy that is attached, and detaching one that is not, succeeds and changes nothing. The caller must be
admitted to the holder, and must not be denied the policy.
"""

from authz.control.caller import Caller
from authz.control.errors import ControlError, param_error
from authz.control.holders import (
    GROUP_NOT_FOUND,
    USER_NOT_FOUND,
    group_of_id,
    refuse_full,
    role_of,
    user_of_uin,
)
from authz.control.known_policies import (
    ID_ERROR,
    NOT_EXIST,
    NOT_FOUND,
    KnownPolicy,
    find_policy,
    find_policy_named,
    missing_policy,
)
from authz.control.use_case import Desk, Writing
from authz.store.records import AttachmentRecord, HolderKind


class AttachmentUseCases:
    """Attaches and detaches policies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def attach_user_policy(self, caller: Caller, *, policy_id: int, attach_uin: str) -> None:
        """Attach a policy to a user.

        Raises:
            ControlError: UserNotExist, PolicyIdError for an id below 1, PolicyIdNotFound, AttachmentFull.
        """
        with self._desk.writing(caller, "AttachUserPolicy") as use:
            user = user_of_uin(use, attach_uin, USER_NOT_FOUND)
            attach(use, _policy(use, policy_id, NOT_FOUND), HolderKind.USER, user.uin)

    def detach_user_policy(self, caller: Caller, *, policy_id: int, detach_uin: str) -> None:
        """Detach a policy from a user; what it has by a group stays.

        Raises:
            ControlError: UserNotExist, PolicyIdError for an id below 1, PolicyIdNotFound.
        """
        with self._desk.writing(caller, "DetachUserPolicy") as use:
            user = user_of_uin(use, detach_uin, USER_NOT_FOUND)
            _detach(use, _policy(use, policy_id, NOT_FOUND), HolderKind.USER, user.uin)

    def attach_group_policy(self, caller: Caller, *, policy_id: int, attach_group_id: int) -> None:
        """Attach a policy to a group, and so to each of its members.

        Raises:
            ControlError: GroupNotExist, PolicyIdError for an id below 1, PolicyIdNotFound, AttachmentFull.
        """
        with self._desk.writing(caller, "AttachGroupPolicy") as use:
            group = group_of_id(use, attach_group_id, GROUP_NOT_FOUND)
            attach(use, _policy(use, policy_id, NOT_FOUND), HolderKind.GROUP, str(group.id))

    def detach_group_policy(self, caller: Caller, *, policy_id: int, detach_group_id: int) -> None:
        """Detach a policy from a group.

        Raises:
            ControlError: GroupNotExist, PolicyIdError for an id below 1, PolicyIdNotExist.
        """
        with self._desk.writing(caller, "DetachGroupPolicy") as use:
            group = group_of_id(use, detach_group_id, GROUP_NOT_FOUND)
            _detach(use, _policy(use, policy_id, NOT_EXIST), HolderKind.GROUP, str(group.id))

    def attach_role_policy(
        self,
        caller: Caller,
        *,
        policy_id: int | None = None,
        policy_name: str | None = None,
        attach_role_id: str | None = None,
        attach_role_name: str | None = None,
    ) -> None:
        """Attach a policy to a role; each is named by its id or by its name.

        Raises:
            ControlError: RoleNotExist, PolicyIdNotExist, AttachmentFull, ParamError if one is not named.
        """
        with self._desk.writing(caller, "AttachRolePolicy") as use:
            role = role_of(use, attach_role_id, attach_role_name)
            attach(use, _policy_of(use, policy_id, policy_name), HolderKind.ROLE, role.id)

    def detach_role_policy(
        self,
        caller: Caller,
        *,
        policy_id: int | None = None,
        policy_name: str | None = None,
        detach_role_id: str | None = None,
        detach_role_name: str | None = None,
    ) -> None:
        """Detach a policy from a role; each is named by its id or by its name.

        Raises:
            ControlError: RoleNotExist, PolicyIdNotExist, ParamError if one is not named.
        """
        with self._desk.writing(caller, "DetachRolePolicy") as use:
            role = role_of(use, detach_role_id, detach_role_name)
            _detach(use, _policy_of(use, policy_id, policy_name), HolderKind.ROLE, role.id)


def _policy(use: Writing, policy_id: int, code: str) -> KnownPolicy:
    found = find_policy(use.store, use.account, policy_id)
    if found is None:
        raise missing_policy(policy_id, ID_ERROR if policy_id < 1 else code)
    use.refuse_denied(found.resource)
    return found


def _policy_of(use: Writing, policy_id: int | None, policy_name: str | None) -> KnownPolicy:
    if policy_id is None and not policy_name:
        raise param_error("one of `PolicyId` and `PolicyName` is needed")
    if policy_id is not None:
        found = find_policy(use.store, use.account, policy_id)
    else:
        found = find_policy_named(use.store, use.account, policy_name or "")
    if found is None or (policy_name and found.name.casefold() != policy_name.casefold()):
        raise ControlError(NOT_EXIST, f"policy `{policy_name or policy_id}` does not exist")
    use.refuse_denied(found.resource)
    return found


def attach(use: Writing, policy: KnownPolicy, kind: HolderKind, holder_id: str) -> None:
    """Attach a policy to a holder that exists, for a caller that was admitted.

    Raises:
        ControlError: AttachmentFull.
    """
    if use.store.attachments.get(use.account, kind, holder_id, policy.policy_id) is not None:
        return
    refuse_full(use, kind, holder_id)
    record = AttachmentRecord(
        account=use.account,
        holder=kind,
        holder_id=holder_id,
        policy_id=policy.policy_id,
        attached_at=use.now,
        attached_by=use.caller.identity,
    )
    use.store.attachments.add(record)


def _detach(use: Writing, policy: KnownPolicy, kind: HolderKind, holder_id: str) -> None:
    use.store.attachments.remove(use.account, kind, holder_id, policy.policy_id)
