"""The actions on roles."""

from dataclasses import replace

from authz.control.results import Page, Role
from authz.doors.api3.actions.action import Action
from authz.doors.api3.actions.common import NEEDED_PAGING, ROLE, TAGS, rendered_tags
from authz.doors.api3.envelope import Fields, local_time
from authz.doors.api3.fields import digits, flag, integer, list_of, optional, required, text

_DOCUMENT = required("PolicyDocument", text)
_NUMBERED_ROLE = (optional("RoleId", digits), optional("RoleName", text))
"""A role whose id the API types as an integer."""


def _role(role: Role) -> Fields:
    return {
        "RoleId": role.role_id,
        "RoleName": role.role_name,
        "PolicyDocument": role.policy_document,
        "Description": role.description,
        "AddTime": local_time(role.add_time),
        "UpdateTime": local_time(role.update_time),
        "ConsoleLogin": int(role.console_login),
        "RoleType": "user",
        "SessionDuration": role.session_duration,
        "DeletionTaskId": None,
        "Tags": rendered_tags(role.tags),
        "RoleArn": role.role_arn,
    }


def _page(page: Page[Role]) -> Fields:
    return {"TotalNum": page.total, "List": [_role(each) for each in page.rows]}


ACTIONS = (
    Action(
        "CreateRole",
        (
            required("RoleName", text),
            _DOCUMENT,
            optional("Description", text),
            optional("ConsoleLogin", flag),
            optional("SessionDuration", integer),
            TAGS,
        ),
        lambda plane: plane.roles.create_role,
        lambda role_id: {"RoleId": role_id},
    ),
    Action("GetRole", ROLE, lambda plane: plane.roles.get_role, lambda role: {"RoleInfo": _role(role)}),
    Action("DeleteRole", ROLE, lambda plane: plane.roles.delete_role),
    Action("UpdateAssumeRolePolicy", (_DOCUMENT, *ROLE), lambda plane: plane.roles.update_assume_role_policy),
    Action(
        "UpdateRoleDescription",
        (required("Description", text), *ROLE),
        lambda plane: plane.roles.update_role_description,
    ),
    Action(
        "UpdateRoleConsoleLogin",
        (required("ConsoleLogin", flag), *_NUMBERED_ROLE),
        lambda plane: plane.roles.update_role_console_login,
    ),
    Action(
        "UpdateRoleSessionDuration",
        (required("SessionDuration", integer), *_NUMBERED_ROLE),
        lambda plane: plane.roles.update_role_session_duration,
    ),
    Action("TagRole", (replace(TAGS, is_required=True), *ROLE), lambda plane: plane.roles.tag_role),
    Action("UntagRole", (required("TagKeys", list_of(text)), *ROLE), lambda plane: plane.roles.untag_role),
    Action("DescribeRoleList", (*NEEDED_PAGING, TAGS), lambda plane: plane.roles.describe_role_list, _page),
)
