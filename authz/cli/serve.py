"""`authz serve`: run the sidecar."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from authz.app.settings import Settings
from authz.app.sidecar import serve
from authz.cli.failure import show_failure
from authz.cli.progress import show_progress
from authz.cli.source_argument import policy_directory
from authz.cli.transport_option import transport_option
from authz.errors import AuthzError, InvalidAccountError, ListenError
from authz.pdp.limits import CACHE_BYTES, DEFAULT_LIMITS, Limits
from authz.printable import printable
from authz.runtime.file_descriptors import raise_file_limit
from authz.server.listeners import Address, parse_address
from authz.server.tls import TlsFiles
from authz.server.transport import TransportKind
from authz.telemetry.log import LogFormat, configure_logs

_LONGEST_AGE = 2_000_000.0  # gRPC counts milliseconds in 31 bits
_AGE_WITH_CLIENT_CERTIFICATES = 3600.0  # else one that was withdrawn would be good for as long as its connection
_FILE = click.Path(path_type=Path, dir_okay=False)


def _addresses(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[Address, ...]:
    try:
        return tuple(parse_address(text) for text in texts)
    except ListenError as error:
        raise click.BadParameter(printable(str(error))) from None


def _mode(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"0?[0-7]{3}", text):
        raise click.BadParameter(f"`{printable(text)}` is not a file mode; write three octal digits such as 660")
    return int(text, 8)


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
@transport_option(TransportKind.NATIVE, "gRPC server to use: the built-in one or grpcio.")
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
@click.option(
    "--cache-bytes",
    type=click.IntRange(min=1024 * 1024),
    default=CACHE_BYTES,
    show_default=True,
    help="Memory for answers and compiled policies; several workers have equal shares.",
)
@click.option(
    "--max-in-flight",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.in_flight,
    show_default=True,
    help="Calls of each worker that wait or are worked on; more are RESOURCE_EXHAUSTED at once.",
)
@click.option(
    "--max-message-bytes",
    type=click.IntRange(min=1024),
    default=DEFAULT_LIMITS.message_bytes,
    show_default=True,
    help="Size of one request.",
)
@click.option(
    "--max-batch",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.batch,
    show_default=True,
    help="Checks in one batch.",
)
@click.option(
    "--max-context-keys",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.context_keys,
    show_default=True,
    help="Condition keys in the context of one check.",
)
@click.option(
    "--max-connection-age",
    type=click.FloatRange(min=0, max=_LONGEST_AGE),
    show_default="3600 with --tls-client-ca, else 0",
    help="Seconds, a tenth more or less, after which a client has to connect again; 0: never.",
)
@click.option(
    "--max-connection-age-grace",
    type=click.FloatRange(min=0, max=_LONGEST_AGE),
    default=DEFAULT_LIMITS.connection_age_grace,
    show_default=True,
    help="Seconds that calls under way are given then, or when the client's certificate ends.",
)
@click.option("--tls-cert", type=_FILE, help="Certificate chain (PEM) for TCP; read again when it changes.")
@click.option("--tls-key", type=_FILE, help="Its key (PEM), without a password.")
@click.option("--tls-client-ca", type=_FILE, help="Clients must show a certificate of these authorities (PEM).")
@click.option(
    "--allow-client",
    multiple=True,
    metavar="NAME",
    help="Subject alternative or common name of client certificates that may ask; by default all of these authorities.",
)
@click.option(
    "--health-listen",
    multiple=True,
    metavar="ADDR",
    callback=_addresses,
    help="Where gRPC health checking alone is served, without TLS, for probes that have no certificate.",
)
@click.option(
    "--socket-mode",
    metavar="OCTAL",
    callback=_mode,
    help="Permissions of Unix sockets, such as 0660; by default what the umask leaves.",
)
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
def serve_command(ctx: click.Context, /, log_format: str, log_level: str, **options: object) -> None:
    """Run the sidecar on SOURCE, a policy directory.

    Ends with status 0 on SIGTERM, SIGINT or SIGQUIT after draining, however often they come, with 1 when it cannot
    start. SIGHUP: reads everything anew.
    """
    configure_logs(LogFormat(log_format), log_level)
    settings = _settings(options, log_format=LogFormat(log_format), log_level=log_level)
    raise_file_limit()
    try:
        serve(settings, show_progress)
    except InvalidAccountError as error:
        show_failure(error)
        click.echo(f"{len(error.problems)} problems; mend them, or start with --allow-broken-accounts", err=True)
        ctx.exit(1)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)


def _settings(options: dict[str, Any], **logs: Any) -> Settings:
    """The options, put together where several make one setting."""
    limits = {field.name: options.pop(f"max_{field.name}") for field in fields(Limits)}
    if limits["connection_age"] is None:
        limits["connection_age"] = 0.0 if options["tls_client_ca"] is None else _AGE_WITH_CLIENT_CERTIFICATES
    certificate, key, authorities = (options.pop(f"tls_{name}") for name in ("cert", "key", "client_ca"))
    if (certificate is None) != (key is None):
        raise click.UsageError("--tls-cert and --tls-key need one another")
    if authorities is not None and certificate is None:
        raise click.UsageError("--tls-client-ca needs --tls-cert and --tls-key")
    clients = options.pop("allow_client")
    if "" in clients:
        raise click.UsageError("--allow-client is empty, which no certificate should be let in for")
    if clients and authorities is None:
        raise click.UsageError("--allow-client needs --tls-client-ca, which vouches for the names")
    tls = None if certificate is None else TlsFiles(certificate, key, authorities)
    return Settings(limits=Limits(**limits), tls=tls, allow_clients=clients, **options, **logs)
