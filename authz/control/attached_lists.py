"""Use cases that list what is attached to what (cam-api.md 3, Attachments)."""

from collections.abc import Sequence
from typing import TypeVar

from authz.control.caller import Caller
from authz.control.errors import invalid, param_error
from authz.control.holders import PARAM_ERROR, USER_NOT_FOUND, group_of_id, role_of, user_of_uin
from authz.control.known_policies import ID_ERROR, KnownPolicy, find_policy, needed, policies_of_ids
from authz.control.names import check_keyword
from authz.control.paging import window
from authz.control.results import (
    AttachedPolicy,
    AttachedUserPolicy,
    Entity,
    GroupRef,
    Page,
    PolicyType,
    RelatedType,
)
from authz.control.use_case import Desk, Reading
from authz.store.records import AttachmentRecord, HolderKind

Row = TypeVar("Row", AttachedPolicy, AttachedUserPolicy)

BOTH, DIRECT, BY_GROUP = 0, 1, 2
"""The values of `AttachType`."""

_FILTERS = {
    "All": tuple(HolderKind),
    "User": (HolderKind.USER,),
    "Group": (HolderKind.GROUP,),
    "Role": (HolderKind.ROLE,),
}
_POLICY_TYPES = {"User": PolicyType.CUSTOM, "QCS": PolicyType.PRESET}


class AttachedListUseCases:
    """Lists the policies of users, groups and roles, and the holders of policies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list_attached_user_policies(
        self, caller: Caller, *, target_uin: str, page: int = 1, rp: int = 20
    ) -> Page[AttachedPolicy]:
        """The policies that a user has directly, in the order in which they were attached.

        Raises:
            ControlError: ParamError for a page out of range, or a user that does not exist.
        """
        with self._desk.reading(caller, "ListAttachedUserPolicies") as use:
            user = user_of_uin(use, target_uin, PARAM_ERROR)
            return window(rp, page).of(_attached(use, HolderKind.USER, user.uin))

    def list_attached_user_all_policies(
        self,
        caller: Caller,
        *,
        target_uin: str,
        rp: int,
        page: int,
        attach_type: int,
        strategy_type: int | None = None,
        keyword: str = "",
    ) -> Page[AttachedUserPolicy]:
        """The policies that a user has directly, by groups, or both, as `attach_type` says; each of them once.

        Raises:
            ControlError: UserNotExist, ParamError for a value out of range.
        """
        with self._desk.reading(caller, "ListAttachedUserAllPolicies") as use:
            user = user_of_uin(use, target_uin, USER_NOT_FOUND)
            shown = window(rp, page)
            if attach_type not in (BOTH, DIRECT, BY_GROUP):
                raise param_error(f"`AttachType` must be 0, 1 or 2, not {attach_type}")
            wanted = None if strategy_type is None else _strategy_type(strategy_type)
            rows = _all_of_user(use, user.uin, attach_type)
            kept = [row for row in rows if wanted in (None, row.policy_type)]
            return shown.of(_named(kept, check_keyword(keyword, "ParamError")))

    def list_attached_group_policies(
        self, caller: Caller, *, target_group_id: int, page: int = 1, rp: int = 20, keyword: str = ""
    ) -> Page[AttachedPolicy]:
        """The policies of a group, in the order in which they were attached.

        Raises:
            ControlError: ParamError for a page out of range, or a group that does not exist; SearchKeywordLengthError.
        """
        with self._desk.reading(caller, "ListAttachedGroupPolicies") as use:
            group = group_of_id(use, target_group_id, PARAM_ERROR)
            shown = window(rp, page)
            return shown.of(_named(_attached(use, HolderKind.GROUP, str(group.id)), check_keyword(keyword)))

    def list_attached_role_policies(
        self,
        caller: Caller,
        *,
        page: int,
        rp: int,
        role_id: str | None = None,
        role_name: str | None = None,
        policy_type: str | None = None,
        keyword: str = "",
    ) -> Page[AttachedPolicy]:
        """The policies of a role, in the order in which they were attached; `policy_type` is `User` or `QCS`.

        Raises:
            ControlError: ParamError for a value out of range, or a role that does not exist.
        """
        with self._desk.reading(caller, "ListAttachedRolePolicies") as use:
            role = role_of(use, role_id, role_name, PARAM_ERROR)
            shown = window(rp, page)
            if policy_type and policy_type not in _POLICY_TYPES:
                raise param_error(f"`PolicyType` must be User or QCS, not `{policy_type}`")
            wanted = _POLICY_TYPES[policy_type] if policy_type else None
            kept = [row for row in _attached(use, HolderKind.ROLE, role.id) if wanted in (None, row.policy_type)]
            return shown.of(_named(kept, check_keyword(keyword, "ParamError")))

    def list_entities_for_policy(
        self, caller: Caller, *, policy_id: int, page: int = 1, rp: int = 20, entity_filter: str = "All"
    ) -> Page[Entity]:
        """The users, groups and roles that hold a policy, in the order in which it was attached to them.

        Raises:
            ControlError: PolicyIdError for a policy that does not exist, EntityFilterError, ParamError for a page out
                of range.
        """
        with self._desk.reading(caller, "ListEntitiesForPolicy") as use:
            use.authorize(f"policyid/{policy_id}" if policy_id > 0 else "policyid/*")
            shown = window(rp, page)
            if entity_filter not in _FILTERS:
                message = f"`EntityFilter` must be {', '.join(_FILTERS)}, not `{entity_filter}`"
                raise invalid("EntityFilterError", message)
            policy = needed(find_policy(use.store, use.account, policy_id), policy_id, ID_ERROR)
            total, rows = use.store.attachments.of_policy(
                use.account, policy.policy_id, shown.offset, shown.limit, _FILTERS[entity_filter]
            )
            return Page(total, tuple(_entities(use, rows)))


def _strategy_type(number: int) -> PolicyType:
    if number not in (PolicyType.CUSTOM, PolicyType.PRESET):
        raise param_error(f"`StrategyType` must be 1 or 2, not {number}")
    return PolicyType(number)


def _named(rows: Sequence[Row], keyword: str) -> list[Row]:
    wanted = keyword.strip().casefold()
    return [row for row in rows if wanted in row.policy_name.casefold()]


def _attached(use: Reading, kind: HolderKind, holder_id: str) -> list[AttachedPolicy]:
    records = use.store.attachments.of_holder(use.account, kind, holder_id)
    policies = policies_of_ids(use.store, use.account, [record.policy_id for record in records])
    return [_attached_policy(use, record, policies[record.policy_id]) for record in records]


def _attached_policy(use: Reading, record: AttachmentRecord, policy: KnownPolicy) -> AttachedPolicy:
    kind, _, author = record.attached_by.partition("/")
    return AttachedPolicy(
        policy_id=policy.policy_id,
        policy_name=policy.name,
        policy_type=policy.type,
        description=policy.description,
        create_mode=policy.create_mode,
        add_time=record.attached_at,
        operate_owner_uin=use.account,
        operate_uin=author,
        operated_by_role=kind == "role",
    )


def _all_of_user(use: Reading, uin: str, attach_type: int) -> list[AttachedUserPolicy]:
    direct = use.store.attachments.of_holder(use.account, HolderKind.USER, uin) if attach_type != BY_GROUP else ()
    times = {record.policy_id: record.attached_at for record in direct}
    groups: dict[int, list[GroupRef]] = {record.policy_id: [] for record in direct}
    if attach_type != DIRECT:
        for group in use.store.memberships.groups_of(use.account, uin)[1]:
            for record in use.store.attachments.of_holder(use.account, HolderKind.GROUP, str(group.id)):
                groups.setdefault(record.policy_id, []).append(GroupRef(group.id, group.name))
                times.setdefault(record.policy_id, record.attached_at)
    policies = policies_of_ids(use.store, use.account, list(groups))
    own = {record.policy_id for record in direct}
    return [
        AttachedUserPolicy(
            policy_id=policy_id,
            policy_name=policies[policy_id].name,
            policy_type=policies[policy_id].type,
            description=policies[policy_id].description,
            create_mode=policies[policy_id].create_mode,
            add_time=times[policy_id],
            is_direct=policy_id in own,
            groups=tuple(refs),
        )
        for policy_id, refs in groups.items()
    ]


def _entities(use: Reading, rows: Sequence[AttachmentRecord]) -> list[Entity]:
    ids = {kind: [row.holder_id for row in rows if row.holder is kind] for kind in HolderKind}
    users = use.store.users.get_many(use.account, ids[HolderKind.USER])
    groups = use.store.groups.get_many(use.account, [int(each) for each in ids[HolderKind.GROUP]])
    roles = use.store.roles.get_many(use.account, ids[HolderKind.ROLE])
    names = {
        **{(HolderKind.USER, user.uin): user.name for user in users},
        **{(HolderKind.GROUP, str(group.id)): group.name for group in groups},
        **{(HolderKind.ROLE, role.id): role.name for role in roles},
    }
    return [
        Entity(
            id=row.holder_id,
            name=names[row.holder, row.holder_id],
            uin=row.holder_id if row.holder is HolderKind.USER else "",
            related_type=RelatedType(row.holder.value),
            attachment_time=row.attached_at,
        )
        for row in rows
    ]
