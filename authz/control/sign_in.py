"""Signs users and root accounts in to the console, and lets them change their passwords."""

from dataclasses import dataclass, replace

from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.control.password_rules import rules_of_account
from authz.control.passwords import PasswordRules, check_password, hash_password, is_password, refuse_slowly
from authz.control.quotas import DAY
from authz.control.use_case import Desk
from authz.store.author import Channel
from authz.store.records import PasswordRecord
from authz.store.session import Reader
from authz.store.usage import SignIn

REFUSED = "AuthFailure.SignInFailure"
"""The one code of every refusal: it does not show whether the account, the user or the password was wrong."""
LOCKED_FOR = 3600.0
"""Seconds for which wrong passwords are remembered."""

_ROOT_NAMES = ("", "root")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user that signed in, or the root account if `uin` is the account's.

    With `needs_reset`, it may do nothing but change its password.
    """

    account: str
    uin: str
    needs_reset: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knows of the user who signs in."""

    uin: str
    password: PasswordRecord
    before: SignIn
    rules: PasswordRules


class SignInUseCases:
    """Sign-in by account, user name and password; an empty name, or `root`, means the root account.

    As many wrong passwords as the account's rules say lock a user for an hour after the last one. Attempts at the same
    moment may each be counted once only.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sign_in(self, *, account: str, name: str, password: str, address: str = "") -> SignedIn:
        """Check a password, and note the sign-in or the failure.

        A password that is older than the rules allow must be changed; with `expired_is_locked`, it is refused.

        Raises:
            ControlError: AuthFailure.SignInFailure, whatever was wrong.
        """
        now = self._desk.clock()
        known = self._known(account, name)
        if known is None or _is_locked(known, now):
            refuse_slowly(password)
            raise _refused()
        is_expired = _is_expired(known, now)
        if not is_password(password, known.password.hash) or (is_expired and known.rules.expired_is_locked):
            self._note(_failed(known.before, now))
            raise _refused()
        self._note(replace(known.before, failures=0, signed_in_at=now, address=address))
        return SignedIn(account, known.uin, known.password.needs_reset or is_expired)

    def change_password(
        self, *, account: str, name: str, password: str, new_password: str, address: str = "", request_id: str = ""
    ) -> SignedIn:
        """Change the password of a user who knows the present one; it need not be reset any more.

        Raises:
            ControlError: AuthFailure.SignInFailure, or PasswordViolatedRules for the new password, which must differ
                from the present one.
        """
        signed_in = self.sign_in(account=account, name=name, password=password, address=address)
        caller = Caller.user(account, signed_in.uin, Channel.CONSOLE, request_id, address)
        with self._desk.writing(caller, "ChangePassword") as use:
            use.admit_everyone()
            record = use.store.passwords.get(account, signed_in.uin)
            if record is None or not is_password(password, record.hash):
                raise _refused()
            check_password(new_password, rules_of_account(use.store, account))
            if new_password == password:
                raise ControlError("InvalidParameter.PasswordViolatedRules", "the new password is the present one")
            use.store.passwords.put(
                PasswordRecord(account, signed_in.uin, hash_password(new_password), changed_at=use.now)
            )
        return replace(signed_in, needs_reset=False)

    def _known(self, account: str, name: str) -> _Known | None:
        with self._desk.database.read() as reader:
            uin = _uin_of(reader, account, name)
            password = None if uin is None else reader.passwords.get(account, uin)
            if uin is None or password is None:
                return None
            return _Known(uin, password, reader.usage.sign_in(account, uin), rules_of_account(reader, account))

    def _note(self, sign_in: SignIn) -> None:
        with self._desk.database.note() as usage:
            usage.note_sign_in(sign_in)


def _uin_of(reader: Reader, account: str, name: str) -> str | None:
    """The uin of a user who may use the console, or that of the root account."""
    if reader.accounts.get(account) is None:
        return None
    if name.strip().casefold() in _ROOT_NAMES:
        return account
    user = reader.users.find_by_name(account, name.strip())
    return user.uin if user is not None and user.console_login else None


def _is_locked(known: _Known, now: float) -> bool:
    return known.before.failures >= known.rules.retry_limit and now - known.before.failed_at < LOCKED_FOR


def _is_expired(known: _Known, now: float) -> bool:
    days = known.rules.change_after
    return days > 0 and now - known.password.changed_at >= days * DAY


def _failed(before: SignIn, now: float) -> SignIn:
    is_recent = now - before.failed_at < LOCKED_FOR
    return replace(before, failures=before.failures + 1 if is_recent else 1, failed_at=now)


def _refused() -> ControlError:
    return ControlError(REFUSED, "wrong account, user name or password")
