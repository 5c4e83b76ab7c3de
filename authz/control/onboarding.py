"""Use cases of the console and the command line that do several things in one transaction: all of them or none."""

from collections.abc import Sequence

from authz.control.attachments import attach
from authz.control.caller import Caller
from authz.control.errors import ControlError, param_error
from authz.control.groups import join
from authz.control.holders import GROUP_NOT_FOUND, USER_NOT_FOUND
from authz.control.known_policies import NOT_FOUND, KnownPolicy, find_policy, needed
from authz.control.policies import BY_GENERATOR, PolicyFields, create
from authz.control.results import NewUser
from authz.control.use_case import Desk, Writing
from authz.control.users import UserFields, add
from authz.store.records import GroupRecord, HolderKind

MOST_USERS = 10
"""The most users that are created at once (598/13674)."""


class OnboardingUseCases:
    """Creates users with what they may do, and policies with their holders.

    The caller needs the right to each part: `cam:AddUser`, `cam:AttachUserPolicy`, `cam:AddUserToGroup` and so on.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_users(
        self,
        caller: Caller,
        *,
        users: Sequence[UserFields],
        policy_id: Sequence[int] = (),
        group_id: Sequence[int] = (),
    ) -> tuple[NewUser, ...]:
        """Create up to 10 users, each with the same policies and groups.

        Raises:
            ControlError: ParamError for no user or too many; otherwise as AddUser, AttachUserPolicy and AddUserToGroup
                answer.
        """
        with self._desk.writing(caller, "AddUser") as use:
            use.authorize("uin/*")
            if policy_id:
                use.authorize("uin/*", "AttachUserPolicy")
            policies = [_policy(use, each, "AttachUserPolicy") for each in dict.fromkeys(policy_id)]
            groups = [_group(use, each, "AddUserToGroup") for each in dict.fromkeys(group_id)]
            if not 1 <= len(users) <= MOST_USERS:
                raise param_error(f"1 to {MOST_USERS} users are created at once, not {len(users)}")
            return tuple(_create_user(use, fields, policies, groups) for fields in users)

    def create_policy(
        self,
        caller: Caller,
        *,
        policy_name: str,
        policy_document: str,
        description: str = "",
        create_mode: int = BY_GENERATOR,
        attach_uin: Sequence[str] = (),
        attach_group_id: Sequence[int] = (),
    ) -> int:
        """Create a policy and attach it to users and groups; returns its id.

        Raises:
            ControlError: as CreatePolicy, AttachUserPolicy and AttachGroupPolicy answer.
        """
        with self._desk.writing(caller, "CreatePolicy") as use:
            use.authorize("policyid/*")
            uins = [_known_uin(use, uin) for uin in dict.fromkeys(attach_uin)]
            groups = [_group(use, each, "AttachGroupPolicy") for each in dict.fromkeys(attach_group_id)]
            fields = PolicyFields(policy_name, policy_document, description, create_mode=create_mode)
            policy_id = create(use, fields)
            policy = needed(find_policy(use.store, use.account, policy_id), policy_id, NOT_FOUND)
            for uin in uins:
                attach(use, policy, HolderKind.USER, uin)
            for group in groups:
                attach(use, policy, HolderKind.GROUP, str(group.id))
            return policy_id


def _create_user(
    use: Writing, fields: UserFields, policies: Sequence[KnownPolicy], groups: Sequence[GroupRecord]
) -> NewUser:
    made = add(use, fields)
    for policy in policies:
        attach(use, policy, HolderKind.USER, made.uin)
    user = use.store.users.get(use.account, made.uin)
    if user is not None:
        for group in groups:
            join(use, group, user)
    return made


def _policy(use: Writing, policy_id: int, action: str) -> KnownPolicy:
    policy = needed(find_policy(use.store, use.account, policy_id), policy_id, NOT_FOUND)
    use.refuse_denied(policy.resource, action)
    return policy


def _group(use: Writing, group_id: int, action: str) -> GroupRecord:
    use.authorize(f"groupid/{group_id}" if group_id > 0 else "groupid/*", action)
    group = use.store.groups.get(use.account, group_id)
    if group is None:
        raise ControlError(GROUP_NOT_FOUND, f"group {group_id} does not exist")
    return group


def _known_uin(use: Writing, uin: str) -> str:
    use.authorize(f"uin/{uin}" if uin.isascii() and uin.isdigit() else "uin/*", "AttachUserPolicy")
    if use.store.users.get(use.account, uin) is None:
        raise ControlError(USER_NOT_FOUND, f"user {uin} does not exist")
    return uin
