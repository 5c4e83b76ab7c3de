"""Use cases on permissions boundaries of users and roles (cam-api.md 3, Permissions boundary)."""

from dataclasses import replace

from authz.control.caller import Caller
from authz.control.holders import PARAM_ERROR, USER_NOT_EXIST, role_of, user_of_uin
from authz.control.known_policies import NOT_EXIST, document_of, find_policy, missing_policy, needed
from authz.control.results import Boundary
from authz.control.use_case import Desk, Reading, Writing


class BoundaryUseCases:
    """The policy that limits what a user or a role may be allowed. Setting and clearing twice changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put_user_permissions_boundary(self, caller: Caller, *, target_uin: str, policy_id: int) -> None:
        """Set the boundary of a user.

        Raises:
            ControlError: UserNotExist, PolicyIdNotExist.
        """
        with self._desk.writing(caller, "PutUserPermissionsBoundary") as use:
            user = user_of_uin(use, target_uin, USER_NOT_EXIST)
            use.store.users.update(replace(user, boundary_id=_policy_id(use, policy_id)))

    def delete_user_permissions_boundary(self, caller: Caller, *, target_uin: str) -> None:
        """Clear the boundary of a user.

        Raises:
            ControlError: UserNotExist.
        """
        with self._desk.writing(caller, "DeleteUserPermissionsBoundary") as use:
            user = user_of_uin(use, target_uin, USER_NOT_EXIST)
            use.store.users.update(replace(user, boundary_id=None))

    def get_user_permission_boundary(self, caller: Caller, *, target_uin: str) -> Boundary | None:
        """The boundary of a user, None if it has none.

        Raises:
            ControlError: ParamError for a user that does not exist.
        """
        with self._desk.reading(caller, "GetUserPermissionBoundary") as use:
            return _boundary(use, user_of_uin(use, target_uin, PARAM_ERROR).boundary_id)

    def put_role_permissions_boundary(
        self, caller: Caller, *, policy_id: int, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Set the boundary of a role.

        Raises:
            ControlError: RoleNotExist, PolicyIdNotExist, ParamError without id and name.
        """
        with self._desk.writing(caller, "PutRolePermissionsBoundary") as use:
            role = role_of(use, role_id, role_name)
            use.store.roles.update(replace(role, boundary_id=_policy_id(use, policy_id)))

    def delete_role_permissions_boundary(
        self, caller: Caller, *, role_id: str | None = None, role_name: str | None = None
    ) -> None:
        """Clear the boundary of a role.

        Raises:
            ControlError: RoleNotExist, ParamError without id and name.
        """
        with self._desk.writing(caller, "DeleteRolePermissionsBoundary") as use:
            use.store.roles.update(replace(role_of(use, role_id, role_name), boundary_id=None))

    def get_role_permission_boundary(
        self, caller: Caller, *, role_id: str | None = None, role_name: str | None = None
    ) -> Boundary | None:
        """The boundary of a role, None if it has none.

        Raises:
            ControlError: ParamError for a role that does not exist.
        """
        with self._desk.reading(caller, "GetRolePermissionBoundary") as use:
            return _boundary(use, role_of(use, role_id, role_name, PARAM_ERROR).boundary_id)


def _policy_id(use: Writing, policy_id: int) -> int:
    policy = find_policy(use.store, use.account, policy_id)
    if policy is None:
        raise missing_policy(policy_id, NOT_EXIST)
    use.refuse_denied(policy.resource)
    return policy.policy_id


def _boundary(use: Reading, policy_id: int | None) -> Boundary | None:
    if policy_id is None:
        return None
    policy = needed(find_policy(use.store, use.account, policy_id), policy_id, NOT_EXIST)
    text = document_of(use.store, use.account, policy)
    return Boundary(policy.policy_id, policy.name, text, policy.type, policy.create_mode)
