"""Makes the ids and secrets of access keys and role sessions, in the forms that Tencent Cloud gives them."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_SESSION_CHARACTERS = 60


def new_secret_id() -> str:
    """The id of an access key: `AKID` and 32 letters and digits."""
    return f"AKID{_random(32)}"


def new_session_secret_id() -> str:
    """The id of a role session's key, as long as those that STS answers."""
    return f"AKID{_random(_SESSION_CHARACTERS)}"


def is_session_secret_id(secret_id: str) -> bool:
    """Whether an id has the length of those of role sessions, which access keys never have."""
    return len(secret_id) == len("AKID") + _SESSION_CHARACTERS


def new_secret_key() -> str:
    """The secret of a key: 32 letters and digits, 190 random bits."""
    return _random(32)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
