"""The commands `authz control init`, `migrate` and `serve`: the control plane, and the database that it keeps."""

import json
from pathlib import Path

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.cli.quota_option import quota_option
from authz.control.quotas import Quotas
from authz.errors import AuthzError, ListenError
from authz.printable import printable
from authz.server.listeners import Address, parse_address
from authz.server.tls import TlsFiles
from authz.telemetry.log import LogFormat, configure_logs

_FILE = click.Path(path_type=Path, dir_okay=False)
_URL_HELP = "URL is sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host/database."


def _address(_ctx: click.Context, _param: click.Parameter, text: str) -> Address:
    try:
        address = parse_address(text)
    except ListenError as error:
        raise click.BadParameter(printable(str(error))) from None
    if address.path is not None:
        raise click.BadParameter("HTTP is served on `host:port`, not on a Unix socket")
    return address


@click.group("control", short_help="Run the control plane.")
def control_command() -> None:
    """Run the control plane: users, groups, roles, policies and keys in a database, changed by the CAM API.

    The master key for secrets comes from AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY, or from the file beside an SQLite
    database that `init` makes.
    """
    require_control_extra()


@control_command.command("init", epilog=_URL_HELP)
@click.argument("url", envvar="AUTHZ_CONTROL_INIT_URL")
@click.option("--account", required=True, metavar="UIN", help="Number of the root account.")
@click.option("--app-id", default="", metavar="ID", help="APPID of the root account, for the variable ${app_id}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def init_command(ctx: click.Context, url: str, account: str, app_id: str, *, as_json: bool) -> None:
    """Create the database, a root account, its console password and its first access key.

    The password and the key are shown once. For an account that exists, nothing is changed and the exit status is 1.
    """
    from authz.app.control_plane import create_account  # noqa: PLC0415 - only after the extra was found

    try:
        made = create_account(url, account, app_id, lambda sentence: click.echo(f"authz: {sentence}", err=True))
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)
    shown = {"Uin": made.uin, "Password": made.password, "SecretId": made.secret_id, "SecretKey": made.secret_key}
    if as_json:
        click.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        click.echo(f"{name + ':':<10} {value}")
    click.echo("authz: the password and the key are not shown again", err=True)


@control_command.command("migrate", epilog=_URL_HELP)
@click.argument("url", envvar="AUTHZ_CONTROL_MIGRATE_URL")
@click.pass_context
def migrate_command(ctx: click.Context, url: str) -> None:
    """Bring the schema of the database to the version of this program."""
    from authz.store.schema import HEAD, migrate  # noqa: PLC0415 - only after the extra was found

    try:
        was_changed = migrate(url)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)
    click.echo(f"the schema {'was brought to' if was_changed else 'is already of'} version {HEAD}")


@control_command.command("serve", epilog=_URL_HELP)
@click.argument("url", envvar="AUTHZ_CONTROL_SERVE_URL")
@click.option(
    "--http",
    default="127.0.0.1:8080",
    show_default=True,
    metavar="HOST:PORT",
    callback=_address,
    help="Address for the CAM API at `/`, and for /healthz, /readyz and /metrics.",
)
@click.option("--tls-cert", type=_FILE, help="Server certificate chain (PEM); reloaded when it changes.")
@click.option("--tls-key", type=_FILE, help="Private key of --tls-cert (PEM), not encrypted.")
@click.option(
    "--drain-timeout",
    type=click.FloatRange(min=1),
    default=10.0,
    show_default=True,
    help="Seconds that running requests have to finish when the control plane stops.",
)
@click.option(
    "--log-format",
    type=click.Choice([choice.value for choice in LogFormat]),
    default=LogFormat.AUTO.value,
    show_default=True,
    help="Format of the log; auto is console on a terminal and JSON elsewhere.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="Least severe level that is logged.",
)
@quota_option
@click.pass_context
def serve_command(
    ctx: click.Context,
    url: str,
    http: Address,
    tls_cert: Path | None,
    tls_key: Path | None,
    drain_timeout: float,
    quotas: Quotas,
    log_format: str,
    log_level: str,
) -> None:
    """Serve the CAM API 3.0 on a database.

    It prints one line with its address when it is ready. On SIGTERM, SIGINT or SIGQUIT it finishes running requests
    and exits with status 0; if it cannot start, it exits with status 1.
    """
    from authz.app.control_plane import ControlSettings, serve  # noqa: PLC0415 - only after the extra was found

    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key must be given together")
    tls = None if tls_cert is None or tls_key is None else TlsFiles(tls_cert, tls_key)
    configure_logs(LogFormat(log_format), log_level)
    try:
        serve(
            ControlSettings(url, http, tls, drain_timeout, quotas),
            lambda address: click.echo(f"serving the CAM API on {address}"),
        )
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)
