"""Finds the users, groups and roles that a request names, and admits the caller to each first."""

from authz.control.errors import ControlError, invalid, param_error
from authz.control.use_case import Reading, Writing
from authz.store.records import GroupRecord, HolderKind, RoleRecord, UserRecord

USER_NOT_FOUND = "ResourceNotFound.UserNotExist"
"""The code for a user that does not exist, where the action documents it."""
USER_NOT_EXIST = "InvalidParameter.UserNotExist"
"""The code for a user that does not exist, where USER_NOT_FOUND is not documented."""
GROUP_NOT_FOUND = "ResourceNotFound.GroupNotExist"
"""The code for a group that does not exist, where the action documents it."""
PARAM_ERROR = "InvalidParameter.ParamError"
"""The code for actions that document no other."""

UseCase = Reading | Writing


def user_of_uin(use: UseCase, uin: str, code: str) -> UserRecord:
    """The user with this uin.

    Raises:
        ControlError: AuthFailure.UnauthorizedOperation, or `code` if there is no such user.
    """
    use.authorize(f"uin/{uin}" if _is_number(uin) else "uin/*")
    user = use.store.users.get(use.account, uin)
    if user is None:
        raise ControlError(code, f"user {uin} does not exist")
    return user


def user_named(use: UseCase, name: str, code: str = USER_NOT_FOUND) -> UserRecord:
    """The user of this name, compared without case.

    Raises:
        ControlError: as user_of_uin does.
    """
    user = use.store.users.find_by_name(use.account, name)
    use.authorize("uin/*" if user is None else f"uin/{user.uin}")
    if user is None:
        raise ControlError(code, f"user `{name}` does not exist")
    return user


def group_of_id(use: UseCase, group_id: int, code: str) -> GroupRecord:
    """The group with this id.

    Raises:
        ControlError: AuthFailure.UnauthorizedOperation, or `code` if there is no such group.
    """
    use.authorize(f"groupid/{group_id}" if group_id > 0 else "groupid/*")
    group = use.store.groups.get(use.account, group_id) if group_id > 0 else None
    if group is None:
        raise ControlError(code, f"group {group_id} does not exist")
    return group


def role_of(
    use: UseCase, role_id: str | None, role_name: str | None, code: str = "InvalidParameter.RoleNotExist"
) -> RoleRecord:
    """The role with this id, or of this name; if both are given, they must mean one role.

    Raises:
        ControlError: AuthFailure.UnauthorizedOperation, ParamError if neither is given, `code` if there is no such
            role.
    """
    if not role_id and not role_name:
        use.authorize("roleName/*")
        raise param_error("one of `RoleId` and `RoleName` is needed")
    if role_id:
        role = use.store.roles.get(use.account, role_id)
    else:
        role = use.store.roles.find_by_name(use.account, role_name or "")
    if role is not None and role_name and role.name.casefold() != role_name.casefold():
        role = None
    use.authorize("roleName/*" if role is None else f"roleName/{role.name}")
    if role is None:
        raise ControlError(code, f"role `{role_name or role_id}` does not exist")
    return role


def refuse_full(use: Writing, kind: HolderKind, holder_id: str) -> None:
    """Refuse to attach one more policy to a holder that has as many as it may.

    Raises:
        ControlError: AttachmentFull.
    """
    most = use.quotas.attachments_of_a_holder
    if use.store.attachments.count(use.account, kind, holder_id) >= most:
        raise invalid("AttachmentFull", f"{most} policies are attached already; detach one first")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
