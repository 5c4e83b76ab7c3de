"""The command `authz export`, which writes the accounts of a database to a policy directory."""

from pathlib import Path

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.cli.progress import ProgressBar
from authz.errors import AuthzError, SourceError

_NOT_EMPTY, _ERROR = 1, 2


@click.command("export")
@click.argument("url", metavar="URL", envvar="AUTHZ_EXPORT_URL")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--account", metavar="UIN", help="Export this account alone.")
@click.pass_context
def export_command(ctx: click.Context, *, url: str, directory: Path, account: str | None) -> None:
    """Write the accounts of the database URL to a new policy directory DIR, one account at its top, several below.

    What a sidecar needs goes to attachments.yaml and policies/, the rest to control.yaml: ids, descriptions, versions,
    times and contacts. Access keys and passwords are never exported. `authz import` of DIR makes the same database.

    Exit status: 0 exported, 1 DIR cannot be written or is not empty, 2 error.
    """
    require_control_extra()
    from authz.app.opening import opened_plane  # noqa: PLC0415 - only after the extra was found
    from authz.app.transfer import all_accounts, export_directory  # noqa: PLC0415

    try:
        with opened_plane(url) as plane:
            uins = all_accounts(plane) if account is None else (account,)
            export_directory(plane, uins, directory, ProgressBar("exporting accounts"))
    except SourceError as error:
        show_failure(error)
        ctx.exit(_NOT_EMPTY)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)
    click.echo(f"{len(uins)} {'account' if len(uins) == 1 else 'accounts'} exported to {directory}")
