"""The command `authz pull`, which reads a real account from CAM into a policy directory or a database."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.cli.progress import ProgressBar
from authz.errors import AuthzError, InvalidAccountError
from authz.printable import json_text

if TYPE_CHECKING:
    from authz.app.pull import Pulled

_FINDINGS, _ERROR = 1, 2
_CALLS_PER_SECOND = 8.0


@click.command("pull")
@click.option("--into", "target", required=True, metavar="DIR|URL", help="New policy directory, or a database.")
@click.option(
    "--endpoint",
    default="https://cam.tencentcloudapi.com",
    show_default=True,
    help="Server of the CAM API, with http:// for a local one.",
)
@click.option("--region", default="", help="Region that the calls name; CAM needs none.")
@click.option(
    "--calls-per-second",
    type=click.FloatRange(min=0, min_open=True),
    default=_CALLS_PER_SECOND,
    show_default=True,
    help="Rate of calls; CAM admits 10 a second.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keeps answers for the next pull if this one is ended; default: beside DIR or the SQLite database, else none.",
)
@click.option("--allow-undecidable", is_flag=True, help="Write the account though some of its policies are refused.")
@click.option("--delete-missing", is_flag=True, help="Delete what the database has and the account lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome and all findings as one JSON object.")
@click.pass_context
def pull_command(
    ctx: click.Context,
    *,
    target: str,
    endpoint: str,
    region: str,
    calls_per_second: float,
    journal: Path | None,
    allow_undecidable: bool,
    delete_missing: bool,
    as_json: bool,
) -> None:
    """Read users, groups, roles, policies, attachments and boundaries of an account by the CAM API, and write them.

    The key is that of Tencent Cloud's SDK: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, its profile, or the role
    of the machine. It needs QcloudCamReadOnlyAccess. A directory must be empty or not exist; a database is brought to
    what the account is, in one transaction. A pull that was ended goes on where it was, unless the account has changed.

    Everything that cannot be decided here as CAM decides it is printed. If a policy cannot be read, or denies what is
    not known here, nothing is written; with --allow-undecidable, a policy that denies everything replaces it.

    Exit status: 0 written, 1 findings, 2 error.
    """
    _require_extras()
    from authz.app.pull import PullSettings, pull  # noqa: PLC0415 - only after the extras were found
    from authz.control.transfer_import import WouldDeleteError  # noqa: PLC0415

    settings = PullSettings(endpoint, region, calls_per_second, journal, allow_undecidable, delete_missing)
    where = target if "://" in target else Path(target)
    try:
        pulled = pull(where, settings, ProgressBar("reading the account"), _tell)
    except InvalidAccountError as error:
        show_failure(error)
        ctx.exit(_FINDINGS)
    except WouldDeleteError as error:
        show_failure(error)
        click.echo("authz: nothing was written; give --delete-missing if it shall be deleted", err=True)
        ctx.exit(_FINDINGS)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(_ERROR)
    _print(pulled, as_json=as_json)
    ctx.exit(_FINDINGS if pulled.content.findings else 0)


def _require_extras() -> None:
    require_control_extra()
    if find_spec("tencentcloud") is None:
        message = "Tencent Cloud's SDK is not installed; install it with: pip install 'authz-sidecar[pull]'"
        raise click.ClickException(message)


def _tell(sentence: str) -> None:
    click.echo(f"authz: {sentence}", err=True)


def _print(pulled: "Pulled", *, as_json: bool) -> None:
    content, imported = pulled.content, pulled.imported
    if as_json:
        findings = [
            {"subject": each.subject, "code": each.code, "message": each.message, "undecidable": each.is_undecidable}
            for each in content.findings
        ]
        outcome = {"account": content.account, "written": pulled.is_written, "findings": findings}
        numbers = {} if imported is None else {"revision": imported.revision}
        click.echo(json_text({**outcome, **numbers}, indent=2))
        return
    for finding in content.findings:
        click.echo(str(finding))
    if not pulled.is_written:
        click.echo(
            f"account {content.account}: {len(content.undecidable)} of {len(content.findings)} findings cannot be "
            "decided here, so nothing was written; with --allow-undecidable, policies that deny everything "
            "replace them"
        )
        return
    what = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in content.counts)
    revision = "" if imported is None else f", revision {imported.revision}"
    click.echo(f"account {content.account}: {what} written to {pulled.target}{revision}")
