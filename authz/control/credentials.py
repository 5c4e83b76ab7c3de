"""The file with a new user's credentials, and the link by which the user signs in."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

HEADER = ("User name", "Password", "SecretId", "SecretKey")
"""The columns of the file (1047/38087)."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new user is given once; parts that were not made are empty."""

    user_name: str
    password: str = field(default="", repr=False)
    secret_id: str = ""
    secret_key: str = field(default="", repr=False)


def credentials_csv(users: Iterable[Credentials]) -> str:
    """The text of the file: a header and a row for each user, every value quoted; to be encoded as UTF-8.

    A value that spreadsheets would take for a formula begins with an apostrophe. Generated passwords and keys never do.
    Write the file with mode 0600: it contains secrets.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for user in users:
        row = (user.user_name, user.password, user.secret_id, user.secret_key)
        writer.writerow([_neutral(value) for value in row])
    return text.getvalue()


def login_link(console: str, account: str) -> str:
    """The address at which a user of `account` signs in; `console` is the address of the server's root."""
    return f"{console.rstrip('/')}/console/login?{urlencode({'account': account})}"


def _neutral(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
