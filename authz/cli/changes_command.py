"""The command `authz changes`, which prints the change log of a database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.errors import AuthzError
from authz.printable import json_text

if TYPE_CHECKING:
    from authz.store.change_log import Change
    from authz.store.session import Reader

_ERROR = 2
_AT_ONCE = 100  # entries; the import of an account is one, with all its records


@click.command("changes")
@click.argument("url", metavar="URL", envvar=("AUTHZ_CHANGES_URL", "AUTHZ_ON"))
@click.option("--account", metavar="UIN", help="Show the changes of this account alone.")
@click.option(
    "--since",
    type=click.IntRange(min=0),
    default=0,
    metavar="REVISION",
    help="Show the changes after this revision; default: all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each change as one JSON object on a line of its own.")
@click.pass_context
def changes_command(ctx: click.Context, *, url: str, account: str | None, since: int, as_json: bool) -> None:
    """Print the change log of the database URL, the oldest change first: who changed what, when, before and after.

    A line that begins with + is a record that was added, - one that was removed, ~ one that was changed. Secrets are
    never in the log. Exit status: 0, 2 error.
    """
    require_control_extra()
    from authz.app.opening import opened_plane  # noqa: PLC0415 - only after the extra was found
    from authz.cli.change_lines import change_lines, change_value  # noqa: PLC0415

    try:
        with opened_plane(url) as plane, plane.database.read() as reader:
            for change in _changes(reader, account, since):
                click.echo(json_text(change_value(change)) if as_json else "\n".join(change_lines(change)))
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)


def _changes(reader: "Reader", account: str | None, since: int) -> "Iterator[Change]":
    while found := reader.changes.since(since, _AT_ONCE, account):
        yield from found
        since = found[-1].revision
