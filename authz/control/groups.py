"""Use cases on user groups and their members (cam-api.md 3, Groups)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from authz.control.caller import Caller
from authz.control.errors import ControlError, invalid
from authz.control.holders import GROUP_NOT_FOUND, USER_NOT_FOUND, group_of_id
from authz.control.names import check_group_name, check_keyword, check_remark
from authz.control.paging import window
from authz.control.results import Group, Page, User
from authz.control.use_case import Desk, Reading, Writing
from authz.control.users import plain_user
from authz.store.records import GroupRecord, MembershipRecord, UserRecord

_GROUP_NOT_EXIST = "InvalidParameter.GroupNotExist"
_BOTH_NULL = "UserUinAndUinNotAllNull"


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A user and a group that it joins or leaves; the user is named by its uin or its uid."""

    group_id: int
    uin: str | None = None
    uid: int | None = None


class GroupUseCases:
    """User groups: what is attached to a group reaches each of its members."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_group(self, caller: Caller, *, group_name: str, remark: str = "") -> int:
        """Create a group; returns its id.

        Raises:
            ControlError: ParamError, GroupNameInUse, GroupFull.
        """
        with self._desk.writing(caller, "CreateGroup") as use:
            use.authorize("groupid/*")
            check_group_name(group_name)
            _refuse_taken(use, group_name)
            check_remark(remark)
            if use.store.groups.count(use.account) >= use.quotas.groups:
                raise invalid("GroupFull", f"the account has {use.quotas.groups} groups already; delete one first")
            return use.store.groups.add(GroupRecord(use.account, 0, group_name, remark, use.now)).id

    def update_group(
        self, caller: Caller, *, group_id: int, group_name: str | None = None, remark: str | None = None
    ) -> None:
        """Change a group; what is None stays.

        Raises:
            ControlError: GroupNotExist, ParamError, GroupNameInUse.
        """
        with self._desk.writing(caller, "UpdateGroup") as use:
            group = group_of_id(use, group_id, GROUP_NOT_FOUND)
            if group_name is not None:
                check_group_name(group_name)
                _refuse_taken(use, group_name, group.id)
            changed = replace(
                group,
                name=group.name if group_name is None else group_name,
                remark=group.remark if remark is None else check_remark(remark),
            )
            use.store.groups.update(changed)

    def delete_group(self, caller: Caller, *, group_id: int) -> None:
        """Delete a group with its attachments; its members stay users.

        Raises:
            ControlError: ResourceNotFound.UserNotExist, as CAM documents it, for a group that does not exist.
        """
        with self._desk.writing(caller, "DeleteGroup") as use:
            group = group_of_id(use, group_id, USER_NOT_FOUND)
            use.store.groups.remove(use.account, group.id)

    def get_group(self, caller: Caller, *, group_id: int) -> Group:
        """A group with all its members.

        Raises:
            ControlError: ResourceNotFound.UserNotExist, as CAM documents it, for a group that does not exist.
        """
        with self._desk.reading(caller, "GetGroup") as use:
            group = group_of_id(use, group_id, USER_NOT_FOUND)
            _, members = use.store.memberships.members(use.account, group.id)
            return replace(_group(group), members=tuple(map(plain_user, members)))

    def list_groups(self, caller: Caller, *, page: int = 1, rp: int = 20, keyword: str = "") -> Page[Group]:
        """The groups of the account, in the order of their ids; a keyword finds names.

        Raises:
            ControlError: ParamError for a page out of range.
        """
        with self._desk.reading(caller, "ListGroups") as use:
            use.authorize()
            shown = window(rp, page)
            wanted = check_keyword(keyword, "ParamError").strip()
            total, groups = use.store.groups.page(use.account, shown.offset, shown.limit, wanted)
            return Page(total, tuple(map(_group, groups)))

    def add_user_to_group(self, caller: Caller, *, info: Sequence[GroupMember]) -> None:
        """Put users into groups, all of them or none. A user that is in a group already stays in it.

        Raises:
            ControlError: UserUinAndUinNotAllNull if a user is not named, GroupNotExist, UserNotExist, UserGroupFull,
                GroupUserFull.
        """
        with self._desk.writing(caller, "AddUserToGroup") as use:
            for group, user in _pairs(use, info, _GROUP_NOT_EXIST):
                join(use, group, user)

    def remove_user_from_group(self, caller: Caller, *, info: Sequence[GroupMember]) -> None:
        """Take users out of groups, all of them or none. A user that is not in a group is passed over.

        Raises:
            ControlError: UserUinAndUinNotAllNull if a user is not named, ResourceNotFound.UserNotExist for a user or a
                group that does not exist.
        """
        with self._desk.writing(caller, "RemoveUserFromGroup") as use:
            for group, user in _pairs(use, info, USER_NOT_FOUND):
                use.store.memberships.remove(use.account, group.id, user.uin)

    def list_groups_for_user(
        self, caller: Caller, *, uid: int | None = None, sub_uin: str | None = None, rp: int = 20, page: int = 1
    ) -> Page[Group]:
        """The groups of a user, in the order in which it joined them.

        Raises:
            ControlError: UserNotExist, ParamError for a page out of range.
        """
        with self._desk.reading(caller, "ListGroupsForUser") as use:
            user = _user(use, sub_uin, uid)
            use.authorize("uin/*" if user is None else f"uin/{user.uin}")
            if user is None:
                raise _missing_user(sub_uin, uid)
            shown = window(rp, page)
            total, groups = use.store.memberships.groups_of(use.account, user.uin, shown.offset, shown.limit)
            return Page(total, tuple(map(_group, groups)))

    def list_users_for_group(self, caller: Caller, *, group_id: int, page: int = 1, rp: int = 20) -> Page[User]:
        """The members of a group, in the order in which they joined it.

        Raises:
            ControlError: GroupNotExist, ParamError for a page out of range.
        """
        with self._desk.reading(caller, "ListUsersForGroup") as use:
            group = group_of_id(use, group_id, GROUP_NOT_FOUND)
            shown = window(rp, page)
            total, members = use.store.memberships.members(use.account, group.id, shown.offset, shown.limit)
            return Page(total, tuple(map(plain_user, members)))


def join(use: Writing, group: GroupRecord, user: UserRecord) -> None:
    """Put a user into a group, for a caller that was admitted; one that is in it stays in it.

    Raises:
        ControlError: UserGroupFull, GroupUserFull.
    """
    if use.store.memberships.get(use.account, group.id, user.uin) is None:
        _refuse_full(use, group, user)
        use.store.memberships.add(MembershipRecord(use.account, group.id, user.uin, use.now))


def _group(group: GroupRecord) -> Group:
    return Group(group.id, group.name, group.remark, group.created_at)


def _refuse_taken(use: Writing, name: str, own: int | None = None) -> None:
    other = use.store.groups.find_by_name(use.account, name)
    if other is not None and other.id != own:
        raise invalid("GroupNameInUse", f"group {other.id} is named `{other.name}` already; choose another name")


def _pairs(use: Writing, info: Sequence[GroupMember], missing_group: str) -> list[tuple[GroupRecord, UserRecord]]:
    """All groups and users that are named; the caller is admitted to each group and not denied any user."""
    groups = {each.group_id: None for each in info}
    if not groups:
        use.authorize("groupid/*")
        raise ControlError("FailedOperation", "`Info` must list at least one user and group")
    found = {group_id: group_of_id(use, group_id, missing_group) for group_id in groups}
    pairs = []
    for each in info:
        if each.uin is None and each.uid is None:
            raise invalid(_BOTH_NULL, "each entry of `Info` needs one of `Uin` and `Uid`")
        user = _user(use, each.uin, each.uid)
        if user is None:
            raise _missing_user(each.uin, each.uid)
        use.refuse_denied(f"uin/{user.uin}")
        pairs.append((found[each.group_id], user))
    return pairs


def _user(use: Reading | Writing, uin: str | None, uid: int | None) -> UserRecord | None:
    """The user of this uin or this uid; if both are given, they must mean one user."""
    if uin is not None:
        user = use.store.users.get(use.account, uin)
    else:
        user = None if uid is None else use.store.users.find_by_uid(use.account, uid)
    return None if user is None or (uid is not None and user.uid != uid) else user


def _missing_user(uin: str | None, uid: int | None) -> ControlError:
    return ControlError(USER_NOT_FOUND, f"user {uin if uin is not None else uid} does not exist")


def _refuse_full(use: Writing, group: GroupRecord, user: UserRecord) -> None:
    if use.store.memberships.count_groups(use.account, user.uin) >= use.quotas.groups_of_a_user:
        message = f"user `{user.name}` is in {use.quotas.groups_of_a_user} groups already"
        raise invalid("UserGroupFull", message)
    if use.store.memberships.count_members(use.account, group.id) >= use.quotas.users_of_a_group:
        message = f"group `{group.name}` has {use.quotas.users_of_a_group} members already"
        raise invalid("GroupUserFull", message)
