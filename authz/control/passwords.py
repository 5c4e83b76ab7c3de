"""Console passwords: the rules of an account, generated passwords, and their hashes."""

import secrets
import string
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from authz.control.errors import ControlError, invalid

GENERATED_LENGTH = 32
"""Characters of a generated password, as AddUser makes them."""

_CLASSES = {
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "number": string.digits,
    "special": string.punctuation,
}
_GENERATED_FROM = string.ascii_letters + string.digits + "!#$%&*?^_~"
_MOST_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The password rules of an account; CAM's default asks for eight characters of all four classes.

    `must_contain` lists `upper`, `lower`, `number` and `special`. `change_after` is in days, 0 means never;
    `reuse_limit` is how many earlier passwords may not be used again, at most 1, since only the present one is known;
    `retry_limit` is how many wrong passwords in an hour lock a user. With `expired_is_locked`, a user whose password
    expired needs an administrator to set a new one.
    """

    minimum_length: int = 8
    must_contain: tuple[str, ...] = ("upper", "lower", "number", "special")
    change_after: int = 0
    reuse_limit: int = 0
    retry_limit: int = 10
    expired_is_locked: bool = False


DEFAULT_RULES = PasswordRules()
_BOUNDS = {"minimum_length": (8, 32), "change_after": (0, 365), "reuse_limit": (0, 1), "retry_limit": (1, 50)}


def check_rules(rules: PasswordRules) -> PasswordRules:
    """The rules, if they can be kept.

    Raises:
        ControlError: PasswordRuleError, naming the rule.
    """
    for name, (least, most) in _BOUNDS.items():
        value = getattr(rules, name)
        if not least <= value <= most:
            raise invalid("PasswordRuleError", f"`{name}` must be {least} to {most}, not {value}")
    unknown = [each for each in rules.must_contain if each not in _CLASSES]
    if unknown or not rules.must_contain:
        message = f"`must_contain` must list some of {', '.join(_CLASSES)}" + (
            f", not `{unknown[0]}`" if unknown else ""
        )
        raise invalid("PasswordRuleError", message)
    return rules


def check_password(password: str, rules: PasswordRules) -> str:
    """The password, if the rules allow it.

    Raises:
        ControlError: PasswordViolatedRules. The message does not contain the password.
    """
    if not rules.minimum_length <= len(password) <= _MOST_CHARACTERS:
        raise _violated(f"a password has {rules.minimum_length} to {_MOST_CHARACTERS} characters")
    if not password.isprintable() or password != password.strip():
        raise _violated("a password has printable characters only, and no blank at its ends")
    missing = [each for each in rules.must_contain if not set(_CLASSES[each]) & set(password)]
    if missing:
        raise _violated(f"a password of this account needs a character of each class: {', '.join(missing)} is missing")
    return password


def _violated(message: str) -> ControlError:
    return invalid("PasswordViolatedRules", message)


def generate_password() -> str:
    """A random password of 32 characters, with all four classes, that begins with a letter."""
    while True:
        password = secrets.choice(string.ascii_letters)
        password += "".join(secrets.choice(_GENERATED_FROM) for _ in range(GENERATED_LENGTH - 1))
        if all(set(password) & set(each) for each in _CLASSES.values()):
            return password


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    return _hasher().hash(password)


def is_password(password: str, hashed: str) -> bool:
    """Whether the password has this hash; false for a hash that cannot be read."""
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _any_hash() -> str:
    return hash_password(secrets.token_urlsafe())


def refuse_slowly(password: str) -> None:
    """Take as long as is_password does, for a user that does not exist or has no password."""
    is_password(password, _any_hash())
