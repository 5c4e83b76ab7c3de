"""The command `authz import`, which brings a database to what a policy directory says."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.cli.progress import ProgressBar
from authz.cli.source_argument import policy_directory
from authz.errors import AuthzError, InvalidAccountError
from authz.printable import json_text

if TYPE_CHECKING:
    from authz.control.transfer import Imported

_FINDINGS, _ERROR = 1, 2
_MANY = 10  # accounts, of which each has a line


@click.command("import")
@click.argument("directory", metavar="DIR", callback=policy_directory, envvar="AUTHZ_IMPORT_DIR")
@click.option(
    "--into", "url", required=True, metavar="URL", help="Database to write to; `authz control init` makes it."
)
@click.option("--delete-missing", is_flag=True, help="Delete what the database has and DIR lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON object.")
@click.pass_context
def import_command(ctx: click.Context, *, directory: Path, url: str, delete_missing: bool, as_json: bool) -> None:
    """Bring a database to what the policy directory DIR says, each account in one transaction.

    All of DIR is checked first, as `authz validate` does. Accounts that the database lacks are created. Keys, passwords
    and ids of accounts that it has stay, and so does everything that DIR does not mention of a user, group, role or
    policy; their attachments become those of DIR. Users, groups, roles, policies and versions that DIR lacks are
    deleted only with --delete-missing; without it, the import of the account is refused.

    Exit status: 0 imported, 1 DIR has errors or lacks something, 2 error.
    """
    require_control_extra()
    from authz.app.opening import opened_plane  # noqa: PLC0415 - only after the extra was found
    from authz.app.transfer import DirectoryImport  # noqa: PLC0415
    from authz.control.transfer_import import WouldDeleteError  # noqa: PLC0415

    written: dict[str, Imported] = {}
    try:
        with opened_plane(url) as plane:
            source = DirectoryImport(directory)
            check = source.check(ProgressBar("checking accounts"))
            for problem in check.warnings:
                click.echo(str(problem), err=True)
            progress = ProgressBar("importing accounts")
            for done, (uin, key) in enumerate(check.keys.items(), 1):
                written[uin] = source.load(plane, uin, key, may_delete=delete_missing)
                progress(done, len(check.keys))
    except InvalidAccountError as error:
        show_failure(error)
        ctx.exit(_FINDINGS)
    except WouldDeleteError as error:
        show_failure(error)
        click.echo("authz: nothing of it was imported; add them to DIR, or give --delete-missing", err=True)
        ctx.exit(_FINDINGS)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)
    _print(written, as_json=as_json)


def _print(written: "dict[str, Imported]", *, as_json: bool) -> None:
    if as_json:
        accounts = [
            {"account": uin, "added": each.added, "changed": each.changed, "removed": each.removed}
            | {"revision": each.revision}
            for uin, each in written.items()
        ]
        click.echo(json_text({"accounts": accounts}))
        return
    if len(written) <= _MANY:
        for uin, each in written.items():
            click.echo(f"account {uin}: {_summary(each)}")
    else:
        changed = [each for each in written.values() if each.is_change]
        records = sum(each.added + each.changed + each.removed for each in changed)
        click.echo(f"{len(written)} accounts, {len(changed)} of them changed, {records} records written")
    new = [uin for uin, each in written.items() if each.is_new]
    if new:
        whose = f"account {new[0]}" if len(new) == 1 else f"{len(new)} accounts"
        message = f"{whose} got no access key: `authz keys create --account {new[0]} --on URL` makes one of root"
        click.echo(f"authz: {message}", err=True)


def _summary(written: "Imported") -> str:
    if not written.is_change:
        return f"no change, revision {written.revision}"
    parts = f"{written.added} records added, {written.changed} changed, {written.removed} removed"
    return f"{parts}, revision {written.revision}"
