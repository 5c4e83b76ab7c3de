"""The command `authz export`, which writes the accounts of a database to a policy directory."""

from pathlib import Path

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.cli.progress import ProgressBar
from authz.cli.source_argument import policy_directory
from authz.errors import AuthzError, InvalidAccountError, SourceError

_NOT_EMPTY, _ERROR = 1, 2


@click.command("export")
@click.argument("places", metavar="URL DIR", nargs=-1)
@click.option("--account", metavar="UIN", help="Export this account alone.")
@click.option("--helm", is_flag=True, help="Print the policy directory DIR as values for the Helm chart; without URL.")
@click.pass_context
def export_command(ctx: click.Context, *, places: tuple[str, ...], account: str | None, helm: bool) -> None:
    """Write the accounts of the database URL to a new policy directory DIR, one account at its top, several below.

    What a sidecar needs goes to attachments.yaml and policies/, the rest to control.yaml: ids, descriptions, versions,
    times and contacts. Access keys and passwords are never exported. `authz import` of DIR makes the same database.

    Exit status: 0 exported, 1 DIR cannot be written or is not empty (with --helm: has errors), 2 error.
    """
    if len(places) != (1 if helm else 2):
        raise click.UsageError("expected --helm DIR" if helm else "expected URL and DIR")
    try:
        if helm:
            _print_values(ctx, places[0])
        else:
            _export(places[0], Path(places[1]), account)
    except (InvalidAccountError, SourceError) as error:
        show_failure(error)
        ctx.exit(_NOT_EMPTY)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)


def _export(url: str, directory: Path, account: str | None) -> None:
    require_control_extra()
    from authz.app.opening import opened_plane  # noqa: PLC0415 - only after the extra was found
    from authz.app.transfer import all_accounts, export_directory  # noqa: PLC0415

    with opened_plane(url) as plane:
        uins = all_accounts(plane) if account is None else (account,)
        export_directory(plane, uins, directory, ProgressBar("exporting accounts"))
    click.echo(f"{len(uins)} {'account' if len(uins) == 1 else 'accounts'} exported to {directory}")


def _print_values(ctx: click.Context, place: str) -> None:
    from authz.app.helm_values import helm_values  # noqa: PLC0415 - the other form does without it

    directory = policy_directory(ctx, ctx.command.params[0], place)
    click.echo(helm_values(Path(str(directory))), nl=False)
