"""Use cases on access keys (cam-api.md 3, Access keys)."""

from collections.abc import Sequence
from dataclasses import replace

from authz.control.caller import Caller
from authz.control.errors import ControlError, not_found, param_error
from authz.control.holders import USER_NOT_EXIST
from authz.control.names import check_key_description
from authz.control.results import AccessKey, SecretLastUsed
from authz.control.secrets import new_secret_id, new_secret_key
from authz.control.use_case import Desk, Reading, Writing
from authz.store.records import AccessKeyRecord, KeyStatus

MOST_ASKED = 10
"""The most ids of GetSecurityLastUsed."""


class KeyUseCases:
    """Access keys of users, and of the root account. Only the root account manages its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_access_key(self, caller: Caller, *, target_uin: str | None = None, description: str = "") -> AccessKey:
        """Make a key for a user, or for the caller; its secret is in this answer alone.

        Raises:
            ControlError: UserNotExist, SubUin for the root account's keys, AccessKeyOverLimit, ParamError.
        """
        with self._desk.writing(caller, "CreateAccessKey") as use:
            uin = _target(use, target_uin)
            check_key_description(description)
            most = use.quotas.keys_of_a_user
            if use.store.keys.count(use.account, uin) >= most:
                message = f"user {uin} has {most} access keys already; disable and delete one first"
                raise ControlError("OperationDenied.AccessKeyOverLimit", message)
            record = AccessKeyRecord(use.account, new_secret_id(), uin, description=description, created_at=use.now)
            secret = new_secret_key()
            return replace(_answer(use.store.keys.add(record, secret)), secret_access_key=secret)

    def list_access_keys(self, caller: Caller, *, target_uin: str | None = None) -> tuple[AccessKey, ...]:
        """The keys of a user, or of the caller, without their secrets.

        Raises:
            ControlError: UserNotExist, SubUin for the root account's keys.
        """
        with self._desk.reading(caller, "ListAccessKeys") as use:
            return tuple(map(_answer, use.store.keys.list(use.account, _target(use, target_uin))))

    def update_access_key(
        self, caller: Caller, *, access_key_id: str, status: str, target_uin: str | None = None
    ) -> None:
        """Enable a key (`Active`) or disable it (`Inactive`).

        Raises:
            ControlError: UserNotExist, SubUin, SecretNotExist, UinNotMatch for the key of another user, ParamError.
        """
        with self._desk.writing(caller, "UpdateAccessKey") as use:
            key = _key(use, access_key_id, _target(use, target_uin))
            known = {each.value: each for each in KeyStatus}
            if status not in known:
                raise param_error(f"`Status` must be {' or '.join(known)}, not `{status}`")
            use.store.keys.update(replace(key, status=known[status]))

    def delete_access_key(self, caller: Caller, *, access_key_id: str, target_uin: str | None = None) -> None:
        """Delete a disabled key for ever.

        Raises:
            ControlError: UserNotExist, SubUin, SecretNotExist, UinNotMatch for the key of another user,
                FailedOperation.Accesskey for a key that is enabled.
        """
        with self._desk.writing(caller, "DeleteAccessKey") as use:
            key = _key(use, access_key_id, _target(use, target_uin))
            if key.status is KeyStatus.ACTIVE:
                message = f"access key `{key.secret_id}` is enabled; disable it before it is deleted"
                raise ControlError("FailedOperation.Accesskey", message)
            use.store.keys.remove(use.account, key.secret_id)

    def get_security_last_used(self, caller: Caller, *, secret_id_list: Sequence[str]) -> tuple[SecretLastUsed, ...]:
        """When each of these keys last signed a request; keys of other accounts are passed over.

        Raises:
            ControlError: InvalidParameter for no id, or more than 10.
        """
        with self._desk.reading(caller, "GetSecurityLastUsed") as use:
            use.authorize()
            if not 1 <= len(secret_id_list) <= MOST_ASKED:
                raise ControlError("InvalidParameter", f"`SecretIdList` must list 1 to {MOST_ASKED} ids")
            ids = dict.fromkeys(secret_id_list)
            own = [each for each in ids if (key := use.store.keys.get(each)) and key.account == use.account]
            used = use.store.usage.key_uses(own)
            return tuple(SecretLastUsed(each, used.get(each, 0.0)) for each in own)


def _answer(record: AccessKeyRecord) -> AccessKey:
    return AccessKey(record.secret_id, record.status.value, record.created_at, record.description)


def _target(use: Reading | Writing, target_uin: str | None) -> str:
    """The uin whose keys are meant; the caller is admitted to it."""
    if target_uin is None and use.caller.is_role:
        use.authorize("uin/*")
    uin = use.caller.uin if target_uin is None else target_uin
    use.authorize(f"uin/{uin}" if uin.isascii() and uin.isdigit() else "uin/*")
    if uin == use.account:
        if not use.caller.is_root:
            raise ControlError("OperationDenied.SubUin", "only the root account manages its own access keys")
    elif use.store.users.get(use.account, uin) is None:
        raise ControlError(USER_NOT_EXIST, f"user {uin} does not exist")
    return uin


def _key(use: Writing, secret_id: str, uin: str) -> AccessKeyRecord:
    record = use.store.keys.get(secret_id)
    if record is None or record.account != use.account:
        raise not_found("SecretNotExist", f"access key `{secret_id}` does not exist")
    if record.uin != uin:
        raise ControlError("OperationDenied.UinNotMatch", f"access key `{secret_id}` is not a key of user {uin}")
    return record
