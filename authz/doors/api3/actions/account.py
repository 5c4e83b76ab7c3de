"""The actions on the account as a whole: its summary, its numbers and its password rules."""

from authz.control.passwords import PasswordRules
from authz.control.results import AccountSummary, PasswordRulesDetail, UserAppId
from authz.doors.api3.actions.action import Action
from authz.doors.api3.envelope import Fields, local_time
from authz.doors.api3.errors import invalid_value
from authz.doors.api3.fields import integer, required, structure, text

_CLASS_SEPARATOR = ","
_LOCKED, _NOT_LOCKED = 1, 2
"""PasswordExpirationInvalidation: whether a user whose password has expired is locked."""


def _summary(summary: AccountSummary) -> Fields:
    return {
        "Policies": summary.policies,
        "Roles": summary.roles,
        "User": summary.users,
        "Group": summary.groups,
        "Member": summary.members,
        "IdentityProviders": summary.identity_providers,
    }


def _app_id(numbers: UserAppId) -> Fields:
    return {
        "Uin": numbers.uin,
        "OwnerUin": numbers.owner_uin,
        "AppId": int(numbers.app_id) if numbers.app_id else None,
    }


def _rules(detail: PasswordRulesDetail) -> Fields:
    rules = detail.rules
    return {
        "Rules": {
            "MinimumLength": rules.minimum_length,
            "MustContain": _CLASS_SEPARATOR.join(rules.must_contain),
            "ForcePasswordChange": rules.change_after,
            "ReusePasswordLimit": rules.reuse_limit,
            "RetryPasswordLimit": rules.retry_limit,
            "PasswordExpirationInvalidation": _LOCKED if rules.expired_is_locked else _NOT_LOCKED,
        },
        "UpdateTime": local_time(detail.update_time),
        "Modifier": detail.modifier,
    }


def _classes(value: object, place: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text(value, place).split(_CLASS_SEPARATOR))


def _is_locked(value: object, place: str) -> bool:
    if integer(value, place) not in (_LOCKED, _NOT_LOCKED):
        raise invalid_value(place, f"{_LOCKED} or {_NOT_LOCKED}")
    return integer(value, place) == _LOCKED


_RULES = structure(
    PasswordRules,
    required("MinimumLength", integer),
    required("MustContain", _classes),
    required("ForcePasswordChange", integer, "change_after"),
    required("ReusePasswordLimit", integer, "reuse_limit"),
    required("RetryPasswordLimit", integer, "retry_limit"),
    required("PasswordExpirationInvalidation", _is_locked, "expired_is_locked"),
)

ACTIONS = (
    Action("GetAccountSummary", (), lambda plane: plane.summary.get_account_summary, _summary),
    Action("GetUserAppId", (), lambda plane: plane.summary.get_user_app_id, _app_id),
    Action("GetPasswordRules", (), lambda plane: plane.passwords.get_password_rules, _rules),
    Action("UpdatePasswordRules", (required("Rules", _RULES),), lambda plane: plane.passwords.update_password_rules),
)
