"""The actions on permissions boundaries of users and roles."""

import json

from authz.control.results import Boundary
from authz.doors.api3.actions.action import Action
from authz.doors.api3.actions.common import ROLE
from authz.doors.api3.envelope import Fields
from authz.doors.api3.fields import digits, integer, required, text

_ID = required("PolicyId", integer)
_USER = required("TargetUin", digits)


def _boundary(boundary: Boundary | None) -> Fields:
    """A boundary, with its document as GetUserPermissionBoundary wraps it; all null if there is none."""
    if boundary is None:
        return dict.fromkeys(("PolicyId", "PolicyName", "PolicyDocument", "PolicyType", "CreateMode"))
    return {
        "PolicyId": boundary.policy_id,
        "PolicyName": boundary.policy_name,
        "PolicyDocument": json.dumps({"strategyInfo": json.loads(boundary.policy_document)}, ensure_ascii=False),
        "PolicyType": int(boundary.policy_type),
        "CreateMode": boundary.create_mode,
    }


ACTIONS = (
    Action("PutUserPermissionsBoundary", (_USER, _ID), lambda plane: plane.boundaries.put_user_permissions_boundary),
    Action("DeleteUserPermissionsBoundary", (_USER,), lambda plane: plane.boundaries.delete_user_permissions_boundary),
    Action(
        "GetUserPermissionBoundary",
        (_USER,),
        lambda plane: plane.boundaries.get_user_permission_boundary,
        _boundary,
    ),
    Action(
        "PutRolePermissionsBoundary",
        (_ID, *ROLE),
        lambda plane: plane.boundaries.put_role_permissions_boundary,
    ),
    Action("DeleteRolePermissionsBoundary", ROLE, lambda plane: plane.boundaries.delete_role_permissions_boundary),
    Action(
        "GetRolePermissionBoundary",
        (required("RoleId", text),),
        lambda plane: plane.boundaries.get_role_permission_boundary,
        _boundary,
    ),
)
