"""Hands new passwords and keys to people: once, on the terminal or in a private file."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from authz.cli.manage.session import Session
from authz.control.credentials import Credentials, credentials_csv
from authz.errors import SourceError

_PRIVATE = 0o600


class CredentialsFile:
    """A new file for credentials, readable by its owner alone. It is there before anything is made that needs it.

    Raises:
        SourceError: if it exists or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
        except FileExistsError:
            raise SourceError(f"{path} exists already; give another --credentials file") from None
        except OSError as error:
            raise SourceError(f"cannot write {path}: {error.strerror}") from None

    def write(self, credentials: Sequence[Credentials]) -> None:
        """Write the file; with none, remove it."""
        if not credentials:
            self._path.unlink()
            return
        with self._path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(credentials_csv(credentials))
            stream.flush()
            os.fsync(stream.fileno())


def credentials_option(command: Any) -> Any:
    """The option `--credentials FILE` of commands that make secrets."""
    return click.option(
        "--credentials",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write passwords and keys to this new CSV file (mode 0600), and do not print them.",
    )(command)


def hand_over(session: Session, credentials: Sequence[Credentials], uins: Sequence[str], link: str = "") -> None:
    """Print credentials, once; those that a file has are given without their secrets."""
    value = [
        {"Uin": uin, "Name": each.user_name, "Password": each.password}
        | {"SecretId": each.secret_id, "SecretKey": each.secret_key}
        for uin, each in zip(uins, credentials, strict=True)
    ]
    shown = [{name: text for name, text in each.items() if text} for each in value]
    lines = (f"{name + ':':<10} {text}" for each in shown for name, text in each.items())
    if session.as_json:
        session.show({"users": shown, "login": link, "revision": session.plane.revision()}, iter(()))
        return
    session.show(None, lines)
    if link:
        click.echo(f"{'Login:':<10} {link}")
    if any(each.password or each.secret_key for each in credentials):
        click.echo("authz: passwords and secret keys are not shown again", err=True)
