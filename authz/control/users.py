"""Use cases on sub-accounts (cam-api.md 3, Users)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from authz.control.caller import Caller
from authz.control.errors import UNAUTHORIZED, ControlError, invalid
from authz.control.holders import user_named
from authz.control.names import check_contact, check_remark, check_user_name
from authz.control.password_rules import rules_of
from authz.control.passwords import PasswordRules, check_password, generate_password, hash_password, is_password
from authz.control.quotas import DAY
from authz.control.results import NewUser, User
from authz.control.secrets import new_secret_id, new_secret_key
from authz.control.use_case import Desk, Reading, Writing
from authz.store.records import AccessKeyRecord, PasswordRecord, UserRecord

MOST_FILTERED = 50
"""The most uins of DescribeSubAccounts."""


@dataclass(frozen=True, slots=True)
class UserFields:
    """What a new user is given; see add_user. Without `console_login`, a password is ignored."""

    name: str
    remark: str = ""
    console_login: bool = False
    use_api: bool = False
    password: str | None = field(default=None, repr=False)
    need_reset_password: bool = False
    phone_num: str = ""
    country_code: str = ""
    email: str = ""


class UserUseCases:
    """Sub-accounts, each with its console password and its access to the API."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_user(
        self,
        caller: Caller,
        *,
        name: str,
        remark: str = "",
        console_login: bool = False,
        use_api: bool = False,
        password: str | None = None,
        need_reset_password: bool = False,
        phone_num: str = "",
        country_code: str = "",
        email: str = "",
    ) -> NewUser:
        """Create a user. A console password that is not given is generated; `use_api` makes a first access key.

        Without `console_login`, a password is ignored.

        Raises:
            ControlError: UserNameIllegal, SubUserNameInUse, SubUserFull, PasswordViolatedRules, ParamError,
                RequestLimitExceeded.CreateUser.
        """
        fields = UserFields(
            name=name,
            remark=remark,
            console_login=console_login,
            use_api=use_api,
            password=password,
            need_reset_password=need_reset_password,
            phone_num=phone_num,
            country_code=country_code,
            email=email,
        )
        with self._desk.writing(caller, "AddUser") as use:
            use.authorize("uin/*")
            return add(use, fields)

    def update_user(
        self,
        caller: Caller,
        *,
        name: str,
        remark: str | None = None,
        console_login: bool | None = None,
        password: str | None = None,
        need_reset_password: bool | None = None,
        phone_num: str | None = None,
        country_code: str | None = None,
        email: str | None = None,
    ) -> str:
        """Change a user; what is None stays. Returns the password if one was generated, else an empty string.

        A user who is given access to the console without a password, and has none, gets a generated one; a user who
        loses that access loses the password.

        Raises:
            ControlError: UserNotExist, PasswordViolatedRules, ParamError.
        """
        with self._desk.writing(caller, "UpdateUser") as use:
            user = user_named(use, name)
            changed = replace(
                user,
                remark=user.remark if remark is None else check_remark(remark),
                console_login=user.console_login if console_login is None else console_login,
                phone_num=user.phone_num if phone_num is None else phone_num,
                country_code=user.country_code if country_code is None else country_code,
                email=user.email if email is None else email,
            )
            check_contact(changed.phone_num, changed.country_code, changed.email)
            use.store.users.update(changed)
            if not changed.console_login:
                use.store.passwords.remove(use.account, user.uin)
                return ""
            return _update_password(use, changed, password, need_reset_password)

    def delete_user(self, caller: Caller, *, name: str, force: bool = False) -> None:
        """Delete a user with its memberships, attachments and password; with `force`, also with its access keys.

        Raises:
            ControlError: UserNotExist, HaveKeys without `force`, UnauthorizedOperation.DeleteApiKey if the caller may
                not delete keys.
        """
        with self._desk.writing(caller, "DeleteUser") as use:
            user = user_named(use, name)
            keys = use.store.keys.list(use.account, user.uin)
            if keys and not force:
                message = f"user `{user.name}` has {len(keys)} access keys; delete them first, or set `Force` to 1"
                raise ControlError("OperationDenied.HaveKeys", message)
            if keys:
                _authorize_key_deletion(use, user)
            use.store.users.remove(use.account, user.uin)

    def get_user(self, caller: Caller, *, name: str) -> User:
        """A user by its name, compared without case.

        Raises:
            ControlError: UserNotExist.
        """
        with self._desk.reading(caller, "GetUser") as use:
            return user_answer(use, user_named(use, name))

    def list_users(self, caller: Caller) -> tuple[User, ...]:
        """All users of the account, in the order of their creation."""
        with self._desk.reading(caller, "ListUsers") as use:
            use.authorize()
            return tuple(plain_user(user) for user in use.store.users.list(use.account))

    def describe_sub_accounts(self, caller: Caller, *, filter_sub_account_uin: Sequence[str]) -> tuple[User, ...]:
        """Those of the given users that exist.

        Raises:
            ControlError: InvalidParameter for more than 50 uins.
        """
        with self._desk.reading(caller, "DescribeSubAccounts") as use:
            use.authorize()
            if not 1 <= len(filter_sub_account_uin) <= MOST_FILTERED:
                message = f"`FilterSubAccountUin` must list 1 to {MOST_FILTERED} uins"
                raise ControlError("InvalidParameter", message)
            users = use.store.users.get_many(use.account, tuple(filter_sub_account_uin))
            return tuple(user_answer(use, user) for user in users)


def plain_user(user: UserRecord) -> User:
    """A user as lists show it, without its last sign-in."""
    return User(
        uin=user.uin,
        name=user.name,
        uid=user.uid,
        remark=user.remark,
        console_login=user.console_login,
        phone_num=user.phone_num,
        country_code=user.country_code,
        email=user.email,
        create_time=user.created_at,
    )


def user_answer(use: Reading, user: UserRecord) -> User:
    """A user with its last sign-in."""
    last = use.store.usage.sign_in(use.account, user.uin)
    return replace(plain_user(user), login_ip=last.address, login_time=last.signed_in_at)


def add(use: Writing, fields: UserFields) -> NewUser:
    """Create a user, for a caller that was admitted.

    Raises:
        ControlError: as add_user does.
    """
    _check_new(use, fields.name)
    check_remark(fields.remark)
    check_contact(fields.phone_num, fields.country_code, fields.email)
    user = use.store.users.add(
        UserRecord(
            account=use.account,
            uin="",
            name=fields.name,
            remark=fields.remark,
            console_login=fields.console_login,
            phone_num=fields.phone_num,
            country_code=fields.country_code,
            email=fields.email,
            created_at=use.now,
        )
    )
    password = ""
    if fields.console_login:
        password = _set_password(use, user, fields.password, needs_reset=fields.need_reset_password)
    secret_id, secret_key = _first_key(use, user) if fields.use_api else ("", "")
    return NewUser(user.uin, user.name, user.uid, password, secret_id, secret_key)


def _check_new(use: Writing, name: str) -> None:
    check_user_name(name)
    other = use.store.users.find_by_name(use.account, name)
    if other is not None:
        message = f"user {other.uin} is named `{other.name}` already; choose another name"
        raise invalid("SubUserNameInUse", message)
    if use.store.users.count(use.account) >= use.quotas.users:
        raise invalid("SubUserFull", f"the account has {use.quotas.users} users already; delete one first")
    most = use.quotas.users_a_day
    if most is not None and use.store.users.count_since(use.account, use.now - DAY) >= most:
        message = f"{most} users were created within 24 hours; try again later"
        raise ControlError("RequestLimitExceeded.CreateUser", message)


def _set_password(use: Writing, user: UserRecord, password: str | None, *, needs_reset: bool) -> str:
    """Set the password of a user; returns it if it was generated."""
    chosen = check_password(password, rules_of(use)) if password else generate_password()
    use.store.passwords.put(PasswordRecord(use.account, user.uin, hash_password(chosen), needs_reset, use.now))
    return "" if password else chosen


def _update_password(use: Writing, user: UserRecord, password: str | None, needs_reset: bool | None) -> str:  # noqa: FBT001 - as given
    known = use.store.passwords.get(use.account, user.uin)
    if known is None or password:
        if known is not None and password:
            _refuse_used(check_password(password, rules_of(use)), rules_of(use), known)
        return _set_password(use, user, password, needs_reset=bool(needs_reset))
    if needs_reset is not None:
        use.store.passwords.put(replace(known, needs_reset=needs_reset))
    return ""


def _refuse_used(password: str, rules: PasswordRules, known: PasswordRecord) -> None:
    if rules.reuse_limit and is_password(password, known.hash):
        raise invalid("PasswordViolatedRules", "the password was used before; choose another one")


def _first_key(use: Writing, user: UserRecord) -> tuple[str, str]:
    secret_id, secret_key = new_secret_id(), new_secret_key()
    use.store.keys.add(AccessKeyRecord(use.account, secret_id, user.uin, created_at=use.now), secret_key)
    return secret_id, secret_key


def _authorize_key_deletion(use: Writing, user: UserRecord) -> None:
    try:
        use.authorize(f"uin/{user.uin}", "DeleteApiKey")
    except ControlError as error:
        if error.code != UNAUTHORIZED:
            raise
        raise ControlError("UnauthorizedOperation.DeleteApiKey", error.message) from None
