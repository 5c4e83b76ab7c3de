"""The command `authz demo`: the whole product at once, to try it."""

from pathlib import Path

import click

from authz.cli.control_extra import require_control_extra
from authz.cli.failure import show_failure
from authz.errors import AuthzError, ListenError
from authz.printable import printable
from authz.server.listeners import Address, parse_address


def _address(_ctx: click.Context, _param: click.Parameter, text: str) -> Address:
    try:
        return parse_address(text)
    except ListenError as error:
        raise click.BadParameter(printable(str(error))) from None


def _http_address(ctx: click.Context, param: click.Parameter, text: str) -> Address:
    address = _address(ctx, param, text)
    if address.path is not None:
        raise click.BadParameter("HTTP is served on `host:port`, not on a Unix socket")
    return address


@click.command("demo", short_help="Try everything at once.")
@click.option(
    "--http",
    default="127.0.0.1:8080",
    show_default=True,
    metavar="HOST:PORT",
    callback=_http_address,
    help="Address for the CAM API.",
)
@click.option(
    "--listen",
    default="127.0.0.1:50051",
    show_default=True,
    metavar="ADDR",
    callback=_address,
    help="Address for gRPC: host:port or unix:/path.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the database and the logs, which stays; a second demo on it goes on where the first ended.",
)
@click.pass_context
def demo_command(ctx: click.Context, *, http: Address, listen: Address, keep: Path | None) -> None:
    """Try everything at once: an embedded database with the example, a sidecar and the CAM API on it.

    It prints the addresses, the root account's password and first key, and commands to paste. Ctrl-C (or SIGTERM) ends
    it and removes its temporary folder, with exit status 0; if a part of it cannot start or ends, the status is 1.
    """
    require_control_extra()
    from authz.app.demo.run import DemoSettings, serve_demo  # noqa: PLC0415 - only after the extra was found

    try:
        serve_demo(DemoSettings(listen, http, keep), click.echo)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)
