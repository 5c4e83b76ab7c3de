"""The command `authz keys`: access keys of users and of root."""

from dataclasses import asdict, replace
from pathlib import Path

import click

from authz.cli.change_lines import time_text
from authz.cli.manage.handover import CredentialsFile, credentials_option, hand_over
from authz.cli.manage.session import Session, on_database
from authz.cli.manage.tables import table
from authz.control.credentials import Credentials
from authz.control.lookup import Named

_LAST_USED_AT_ONCE = 10


@click.group("keys", short_help="Manage access keys of a database.")
def keys_command() -> None:
    """Manage access keys. USER is a name or a uin; without it, the root account is meant."""


@keys_command.command("list")
@click.argument("user", required=False)
@on_database
def list_keys(session: Session, *, user: str | None) -> None:
    """List the access keys of a user, never their secrets."""
    owner = _owner(session, user)
    keys = session.plane.keys.list_access_keys(session.caller, target_uin=owner.id)
    used = {
        each.secret_id: each.last_used
        for at in range(0, len(keys), _LAST_USED_AT_ONCE)
        for each in session.plane.keys.get_security_last_used(
            session.caller, secret_id_list=[key.access_key_id for key in keys[at : at + _LAST_USED_AT_ONCE]]
        )
    }
    value = [
        {name: text for name, text in asdict(each).items() if name != "secret_access_key"}
        | {"last_used": used.get(each.access_key_id, 0.0)}
        for each in keys
    ]
    rows = (
        (
            each.access_key_id,
            each.status,
            time_text(each.create_time),
            time_text(used.get(each.access_key_id, 0.0)),
            each.description,
        )
        for each in keys
    )
    columns = ("id", "status", "created (UTC)", "last used (UTC)", "description")
    session.show({"access_keys": value}, table(columns, rows))


@keys_command.command("create")
@click.argument("user", required=False)
@click.option("--description", default="", help="At most 1024 letters, digits and `_+=,.@:/-`.")
@credentials_option
@on_database
def create_key(session: Session, *, user: str | None, description: str, credentials: Path | None) -> None:
    """Make an access key; its secret is shown once."""
    owner = _owner(session, user)
    file = None if credentials is None else CredentialsFile(credentials)
    given: list[Credentials] = []
    try:
        key = session.plane.keys.create_access_key(session.caller, target_uin=owner.id, description=description)
        given.append(Credentials(owner.name, "", key.access_key_id, key.secret_access_key))
    finally:
        if file is not None:
            file.write(given)
    hand_over(session, [replace(each, secret_key="") for each in given] if file else given, [owner.id])


@keys_command.command("disable")
@click.argument("key")
@on_database
def disable_key(session: Session, *, key: str) -> None:
    """Disable a key: requests that it signs are refused."""
    _set_status(session, key, "Inactive")


@keys_command.command("enable")
@click.argument("key")
@on_database
def enable_key(session: Session, *, key: str) -> None:
    """Enable a key again."""
    _set_status(session, key, "Active")


@keys_command.command("delete")
@click.argument("key")
@on_database
def delete_key(session: Session, *, key: str) -> None:
    """Delete a key that is disabled, for ever."""
    uin = session.plane.lookup.owner_of_key(session.caller, key)
    session.plane.keys.delete_access_key(session.caller, access_key_id=key, target_uin=uin)
    session.done(f"access key {key} of {uin} is deleted", access_key_id=key)


def _owner(session: Session, user: str | None) -> Named:
    account = session.caller.account
    return Named(account, "root") if user in (None, account) else session.plane.lookup.user(session.caller, str(user))


def _set_status(session: Session, key: str, status: str) -> None:
    uin = session.plane.lookup.owner_of_key(session.caller, key)
    session.plane.keys.update_access_key(session.caller, access_key_id=key, status=status, target_uin=uin)
    session.done(f"access key {key} of {uin} is {status.lower()}", access_key_id=key)
