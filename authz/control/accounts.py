"""Creates root accounts, with the password and the access key by which their owner begins."""

from dataclasses import dataclass, field

from authz.control.caller import Caller
from authz.control.errors import ControlError, param_error
from authz.control.passwords import generate_password, hash_password
from authz.control.secrets import new_secret_id, new_secret_key
from authz.control.use_case import Desk
from authz.store.records import AccessKeyRecord, AccountRecord, PasswordRecord


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A root account that was just made; its secrets are shown once."""

    uin: str
    password: str = field(repr=False)
    secret_id: str
    secret_key: str = field(repr=False)


class AccountUseCases:
    """Root accounts: made by the operator of the machine alone, whom no policy binds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_account(self, caller: Caller, *, uin: str, app_id: str = "") -> NewAccount:
        """Create a root account with a generated console password and its first access key.

        Raises:
            ControlError: ResourceInUse if the account exists, in which case nothing is changed; ParamError for a number
                that is not valid.
        """
        with self._desk.writing(caller, "CreateAccount") as use:
            use.admit_everyone()
            if not caller.is_root or caller.account != uin:
                raise ControlError("UnauthorizedOperation", "an account is created by itself, as root")
            if not _is_number(uin):
                raise param_error(f"`{uin}` is not the uin of a root account; expected digits, not starting with 0")
            if app_id and not _is_number(app_id):
                raise param_error(f"`{app_id}` is not an APPID; expected digits, not starting with 0")
            if use.store.accounts.get(uin) is not None:
                raise ControlError("ResourceInUse", f"account {uin} exists already; nothing was changed")
            use.store.accounts.add(AccountRecord(uin, app_id, created_at=use.now))
            password, secret_id, secret_key = generate_password(), new_secret_id(), new_secret_key()
            use.store.passwords.put(PasswordRecord(uin, uin, hash_password(password), changed_at=use.now))
            use.store.keys.add(AccessKeyRecord(uin, secret_id, uin, created_at=use.now), secret_key)
            return NewAccount(uin, password, secret_id, secret_key)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= 20
