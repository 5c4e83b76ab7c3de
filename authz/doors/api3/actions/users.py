"""The actions on users, which CAM calls sub-accounts."""

from collections.abc import Iterable

from authz.control.results import NewUser, User
from authz.doors.api3.actions.action import Action
from authz.doors.api3.envelope import Fields, local_time
from authz.doors.api3.fields import digits, flag, list_of, optional, required, text

_SUB_USER = 2
"""The kind of user, as CAM numbers it: every user of this control plane is a sub-user."""
_NAME = required("Name", text)
_DETAILS = (
    optional("Remark", text),
    optional("ConsoleLogin", flag),
    optional("Password", text),
    optional("NeedResetPassword", flag),
    optional("PhoneNum", text),
    optional("CountryCode", text),
    optional("Email", text),
)


def _new(user: NewUser) -> Fields:
    return {
        "Uin": int(user.uin),
        "Name": user.name,
        "Password": user.password or None,
        "SecretId": user.secret_id or None,
        "SecretKey": user.secret_key or None,
        "Uid": user.uid,
        "PhoneNumVerifyLink": None,
    }


def _core(user: User) -> Fields:
    return {
        "Uin": int(user.uin),
        "Name": user.name,
        "Uid": user.uid,
        "Remark": user.remark,
        "ConsoleLogin": int(user.console_login),
        "PhoneNum": user.phone_num,
        "CountryCode": user.country_code,
        "Email": user.email,
    }


def _detail(user: User) -> Fields:
    return {
        **_core(user),
        "RecentlyLoginIP": user.login_ip,
        "RecentlyLoginTime": local_time(user.login_time),
    }


def _row(user: User) -> Fields:
    return {**_core(user), "CreateTime": local_time(user.create_time), "NickName": user.name}


def _sub_account(user: User) -> Fields:
    return {
        "Uin": int(user.uin),
        "Name": user.name,
        "Uid": user.uid,
        "Remark": user.remark,
        "CreateTime": local_time(user.create_time),
        "UserType": _SUB_USER,
        "LastLoginIp": user.login_ip,
        "LastLoginTime": local_time(user.login_time),
    }


def _rows(users: Iterable[User]) -> Fields:
    return {"Data": [_row(each) for each in users]}


def _sub_accounts(users: Iterable[User]) -> Fields:
    return {"SubAccounts": [_sub_account(each) for each in users]}


ACTIONS = (
    Action(
        "AddUser",
        (_NAME, optional("UseApi", flag), *_DETAILS),
        lambda plane: plane.users.add_user,
        _new,
    ),
    Action("UpdateUser", (_NAME, *_DETAILS), lambda plane: plane.users.update_user),
    Action("DeleteUser", (_NAME, optional("Force", flag)), lambda plane: plane.users.delete_user),
    Action("GetUser", (_NAME,), lambda plane: plane.users.get_user, _detail),
    Action("ListUsers", (), lambda plane: plane.users.list_users, _rows),
    Action(
        "DescribeSubAccounts",
        (required("FilterSubAccountUin", list_of(digits)),),
        lambda plane: plane.users.describe_sub_accounts,
        _sub_accounts,
    ),
)
