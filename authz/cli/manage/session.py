"""What every command on a database has: the options `--on`, `--account` and `--json`, and one line for an error."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from authz.app.opening import opened_plane
from authz.cli.failure import show_failure
from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.control.lookup import Named
from authz.control.plane import ControlPlane
from authz.errors import AuthzError
from authz.printable import json_text, printable
from authz.store.author import Channel

_ERROR = 2


@dataclass(frozen=True, slots=True)
class Session:
    """A command at work: the control plane, and the operator of the machine, who acts as the root of one account."""

    plane: ControlPlane
    caller: Caller
    as_json: bool

    def show(self, value: Any, lines: Iterator[str]) -> None:
        """Print a value as JSON with `--json`, else lines."""
        if self.as_json:
            click.echo(json_text(value, default=str))
        else:
            for line in lines:
                click.echo(line)

    def done(self, sentence: str, **value: Any) -> None:
        """Print what was done, and the revision from which on it is in force."""
        revision = self.plane.revision()
        shown = f"{printable(sentence)}; in force from revision {revision}"
        self.show({**value, "revision": revision}, iter([shown]))

    def granted(self, policies: Sequence[Named], what: str, **value: Any) -> None:
        """Print what became of policies: `attached to user alice`."""
        names = ", ".join(each.name for each in policies)
        subject = f"policy {names} is" if len(policies) == 1 else f"policies {names} are"
        self.done(f"{subject} {what}", policy_ids=[each.number for each in policies], **value)

    def policies(self, texts: Iterable[str]) -> list[Named]:
        """The policies of ids or names."""
        return [self.plane.lookup.policy(self.caller, each) for each in texts]


def on_database(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a Session as its first argument, and the options that it is made from.

    A refusal of the control plane or of the store ends the command with one line and exit status 2.
    """

    @click.option("--on", "url", required=True, metavar="URL", envvar="AUTHZ_ON", help="Database; or set AUTHZ_ON.")
    @click.option("--account", metavar="UIN", help="Root account; needed if the database holds several.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    @functools.wraps(command)
    def run(*, url: str, account: str | None, as_json: bool, **arguments: Any) -> None:
        try:
            with _opened(url, account, as_json=as_json) as session:
                command(session, **arguments)
        except AuthzError as error:
            show_failure(error)
            click.get_current_context().exit(_ERROR)

    return run


@contextmanager
def _opened(url: str, account: str | None, *, as_json: bool) -> Iterator[Session]:
    with opened_plane(url) as plane:
        caller = Caller.root(_account(plane, account), Channel.COMMAND_LINE)
        yield Session(plane, caller, as_json)


def _account(plane: ControlPlane, account: str | None) -> str:
    known = plane.lookup.accounts()
    if account is None and len(known) == 1:
        return known[0]
    if account in known:
        return str(account)
    if account is not None:
        raise ControlError("FailedOperation", f"account {account} is not in this database; it has {_listed(known)}")
    if known:
        raise ControlError("FailedOperation", f"the database has {_listed(known)}; give --account UIN")
    message = f"{plane.database.address.shown} has no account; make one with `authz control init` or `authz import`"
    raise ControlError("FailedOperation", message)


def _listed(accounts: tuple[str, ...]) -> str:
    shown = ", ".join(accounts[:5])
    more = f" and {len(accounts) - 5} more" if len(accounts) > 5 else ""
    return f"account{'' if len(accounts) == 1 else 's'} {shown}{more}" if accounts else "no account"
