"""What the operator of the machine means by a name, a uin or an id; the API asks for ids alone."""

from dataclasses import dataclass

from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.control.known_policies import find_policy, find_policy_named
from authz.control.use_case import Desk
from authz.store.records import FIRST_CUSTOM_POLICY


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was found: its id (a uin for users), and its name."""

    id: str
    name: str

    @property
    def number(self) -> int:
        """Its id as a number."""
        return int(self.id)


class LookupUseCases:
    """Finds users, groups, roles, policies and keys of an account for its root. Ids are tried before names."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def accounts(self) -> tuple[str, ...]:
        """The uins of all accounts of the database."""
        with self._desk.database.read() as reader:
            return tuple(account.uin for account in reader.accounts.list())

    def user(self, caller: Caller, text: str) -> Named:
        """The user of a uin or a name.

        Raises:
            ControlError: ResourceNotFound.UserNotExist.
        """
        with self._desk.reading(caller, "GetUser") as use:
            use.authorize()
            users, account = use.store.users, use.account
            found = users.get(account, text) or users.find_by_name(account, text)
            if found is None:
                raise _missing("user", text, account, "ResourceNotFound.UserNotExist")
            return Named(found.uin, found.name)

    def group(self, caller: Caller, text: str) -> Named:
        """The group of an id or a name.

        Raises:
            ControlError: ResourceNotFound.GroupNotExist.
        """
        with self._desk.reading(caller, "GetGroup") as use:
            use.authorize()
            groups, account = use.store.groups, use.account
            number = _number(text)
            found = (groups.get(account, number) if number else None) or groups.find_by_name(account, text)
            if found is None:
                raise _missing("group", text, account, "ResourceNotFound.GroupNotExist")
            return Named(str(found.id), found.name)

    def role(self, caller: Caller, text: str) -> Named:
        """The role of an id or a name.

        Raises:
            ControlError: InvalidParameter.RoleNotExist.
        """
        with self._desk.reading(caller, "GetRole") as use:
            use.authorize()
            roles, account = use.store.roles, use.account
            found = (roles.get(account, text) if _number(text) else None) or roles.find_by_name(account, text)
            if found is None:
                raise _missing("role", text, account, "InvalidParameter.RoleNotExist")
            return Named(found.id, found.name)

    def policy(self, caller: Caller, text: str) -> Named:
        """The policy, preset or custom, of an id or a name.

        Raises:
            ControlError: ResourceNotFound.PolicyIdNotFound.
        """
        with self._desk.reading(caller, "GetPolicy") as use:
            use.authorize()
            number = _number(text)
            found = find_policy(use.store, use.account, number) if number else None
            found = found or find_policy_named(use.store, use.account, text)
            if found is None:
                raise _missing("policy", text, use.account, "ResourceNotFound.PolicyIdNotFound")
            return Named(str(found.policy_id), found.name)

    def owner_of_key(self, caller: Caller, secret_id: str) -> str:
        """The uin whose access key this is.

        Raises:
            ControlError: ResourceNotFound.SecretNotExist.
        """
        with self._desk.reading(caller, "ListAccessKeys") as use:
            use.authorize()
            key = use.store.keys.get(secret_id)
            if key is None or key.account != use.account:
                raise _missing("access key", secret_id, use.account, "ResourceNotFound.SecretNotExist")
            return key.uin


def is_custom(policy: Named) -> bool:
    """Whether a policy is a custom one, and no preset."""
    return policy.number >= FIRST_CUSTOM_POLICY


def _number(text: str) -> int:
    """The number that a text is, 0 if it is none that an id can be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else 0


def _missing(kind: str, text: str, account: str, code: str) -> ControlError:
    return ControlError(code, f"account {account} has no {kind} `{text}`")
