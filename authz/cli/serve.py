"""`authz serve`: run the sidecar."""

from pathlib import Path

import click

from authz.assemble import serve
from authz.cli.progress import show_progress
from authz.cli.source_argument import policy_directory
from authz.config import Settings
from authz.errors import AuthzError, InvalidAccountError, ListenError
from authz.server.listeners import Address, parse_address
from authz.telemetry.log import LogFormat, configure_logs


def _addresses(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[Address, ...]:
    try:
        return tuple(parse_address(text) for text in texts)
    except ListenError as error:
        raise click.BadParameter(str(error)) from None


@click.command("serve")
@click.argument("source", callback=policy_directory, envvar="AUTHZ_SERVE_SOURCE")
@click.option(
    "--listen",
    multiple=True,
    default=("127.0.0.1:50051",),
    show_default=True,
    metavar="ADDR",
    callback=_addresses,
    help="Where gRPC is served: host:port or unix:/path. May be given several times.",
)
@click.option("--http", metavar="HOST:PORT", help="Where /healthz, /readyz and /metrics are served; off by default.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that serve, sharing the TCP ports; at most one for each core.",
)
@click.option(
    "--cache-size",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="Answers of each worker; 0: off.",
)
@click.option("--max-batch", type=click.IntRange(min=1), default=1000, show_default=True, help="Checks in one batch.")
@click.option(
    "--revision-wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that a request waits for at_least_revision when it brings no shorter deadline.",
)
@click.option(
    "--shutdown-notice",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds between NOT_SERVING and the end of accepting, so that balancers notice.",
)
@click.option(
    "--drain-timeout",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that calls under way are given to finish.",
)
@click.option("--allow-broken-accounts", is_flag=True, help="Start even if accounts are broken; these are not served.")
@click.option("--watch/--no-watch", default=True, show_default=True, help="Use file events; without them, poll only.")
@click.option(
    "--log-format",
    type=click.Choice([choice.value for choice in LogFormat]),
    default=LogFormat.AUTO.value,
    show_default=True,
    help="auto: console on a terminal, JSON elsewhere.",
)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
@click.pass_context
def serve_command(ctx: click.Context, /, source: Path, log_format: str, log_level: str, **options: object) -> None:
    """Run the sidecar on SOURCE, a policy directory.

    Ends with status 0 on SIGTERM or SIGINT after draining, with 1 when it cannot start.
    """
    configure_logs(LogFormat(log_format), log_level)
    settings = Settings(source=source, log_format=LogFormat(log_format), log_level=log_level, **options)  # type: ignore[arg-type]
    try:
        serve(settings, show_progress)
    except InvalidAccountError as error:
        _fail(ctx, f"{error}\n{len(error.problems)} problems; mend them, or start with --allow-broken-accounts")
    except AuthzError as error:
        _fail(ctx, f"authz: {error}")


def _fail(ctx: click.Context, message: str) -> None:
    click.echo(message, err=True)
    ctx.exit(1)
