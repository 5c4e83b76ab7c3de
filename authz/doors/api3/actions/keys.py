"""The actions on access keys."""

from collections.abc import Iterable

from authz.control.results import AccessKey, SecretLastUsed
from authz.doors.api3.actions.action import Action
from authz.doors.api3.envelope import Fields, date, local_time
from authz.doors.api3.fields import digits, list_of, optional, required, text

_TARGET = optional("TargetUin", digits)
_KEY = required("AccessKeyId", text)


def _key(key: AccessKey) -> Fields:
    return {
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "CreateTime": local_time(key.create_time),
        "Description": key.description,
    }


def _new(key: AccessKey) -> Fields:
    return {"AccessKey": {**_key(key), "SecretAccessKey": key.secret_access_key}}


def _rows(keys: Iterable[AccessKey]) -> Fields:
    return {"AccessKeys": [_key(each) for each in keys]}


def _used(used: SecretLastUsed) -> Fields:
    """When a key was used last, with the resolution of a day that CAM has."""
    return {
        "SecretId": used.secret_id,
        "LastUsedDate": date(used.last_used),
        "LastSecretUsedDate": int(used.last_used) or None,
    }


ACTIONS = (
    Action(
        "CreateAccessKey", (_TARGET, optional("Description", text)), lambda plane: plane.keys.create_access_key, _new
    ),
    Action("ListAccessKeys", (_TARGET,), lambda plane: plane.keys.list_access_keys, _rows),
    Action(
        "UpdateAccessKey",
        (_KEY, required("Status", text), _TARGET),
        lambda plane: plane.keys.update_access_key,
    ),
    Action("DeleteAccessKey", (_KEY, _TARGET), lambda plane: plane.keys.delete_access_key),
    Action(
        "GetSecurityLastUsed",
        (required("SecretIdList", list_of(text)),),
        lambda plane: plane.keys.get_security_last_used,
        lambda rows: {"SecretIdLastUsedRows": [_used(each) for each in rows]},
    ),
)
