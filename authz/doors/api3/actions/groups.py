"""The actions on user groups and their members."""

from authz.control.groups import GroupMember
from authz.control.results import Group, Page, User
from authz.doors.api3.actions.action import Action
from authz.doors.api3.actions.common import KEYWORD, PAGING
from authz.doors.api3.envelope import Fields, local_time
from authz.doors.api3.fields import digits, integer, list_of, optional, required, structure, text

_ID = required("GroupId", integer)
_MEMBERS = required(
    "Info",
    list_of(structure(GroupMember, _ID, optional("Uid", integer), optional("Uin", digits))),
)
_COLLABORATOR_OF_ALL = 1
"""The kind of a member, as CAM numbers it: one that is not limited to a project."""


def _member(user: User) -> Fields:
    return {
        "Uid": user.uid,
        "Uin": int(user.uin),
        "Name": user.name,
        "PhoneNum": user.phone_num,
        "CountryCode": user.country_code,
        "PhoneFlag": 0,
        "Email": user.email,
        "EmailFlag": 0,
        "UserType": _COLLABORATOR_OF_ALL,
        "CreateTime": local_time(user.create_time),
        "IsReceiverOwner": 0,
        "Remark": user.remark,
    }


def _row(group: Group) -> Fields:
    return {
        "GroupId": group.group_id,
        "GroupName": group.group_name,
        "CreateTime": local_time(group.create_time),
        "Remark": group.remark,
    }


def _detail(group: Group) -> Fields:
    return {
        **_row(group),
        "GroupNum": len(group.members),
        "UserInfo": [_member(each) for each in group.members],
    }


def _page(page: Page[Group]) -> Fields:
    return {"TotalNum": page.total, "GroupInfo": [_row(each) for each in page.rows]}


def _member_page(page: Page[User]) -> Fields:
    return {"TotalNum": page.total, "UserInfo": [_member(each) for each in page.rows]}


ACTIONS = (
    Action(
        "CreateGroup",
        (required("GroupName", text), optional("Remark", text)),
        lambda plane: plane.groups.create_group,
        lambda group_id: {"GroupId": group_id},
    ),
    Action(
        "UpdateGroup",
        (_ID, optional("GroupName", text), optional("Remark", text)),
        lambda plane: plane.groups.update_group,
    ),
    Action("DeleteGroup", (_ID,), lambda plane: plane.groups.delete_group),
    Action("GetGroup", (_ID,), lambda plane: plane.groups.get_group, _detail),
    Action("ListGroups", (*PAGING, KEYWORD), lambda plane: plane.groups.list_groups, _page),
    Action("AddUserToGroup", (_MEMBERS,), lambda plane: plane.groups.add_user_to_group),
    Action("RemoveUserFromGroup", (_MEMBERS,), lambda plane: plane.groups.remove_user_from_group),
    Action(
        "ListGroupsForUser",
        (optional("Uid", integer), optional("SubUin", digits), *PAGING),
        lambda plane: plane.groups.list_groups_for_user,
        _page,
    ),
    Action(
        "ListUsersForGroup",
        (_ID, *PAGING),
        lambda plane: plane.groups.list_users_for_group,
        _member_page,
    ),
)
