"""The command `authz serve`, which runs the sidecar."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from authz.app.settings import Settings
from authz.app.sidecar import serve
from authz.cli.failure import show_failure
from authz.cli.progress import show_progress
from authz.cli.source_argument import source_address
from authz.cli.transport_option import transport_option
from authz.errors import AuthzError, InvalidAccountError, ListenError
from authz.pdp.limits import CACHE_BYTES, DEFAULT_LIMITS, Limits
from authz.printable import printable
from authz.runtime.file_descriptors import raise_file_limit
from authz.server.listeners import Address, parse_address
from authz.server.tls import TlsFiles
from authz.server.transport import TransportKind
from authz.telemetry.log import LogFormat, configure_logs

_LONGEST_AGE = 2_000_000.0  # gRPC stores milliseconds in 31 bits
_AGE_WITH_CLIENT_CERTIFICATES = 3600.0  # so that a revoked certificate does not stay in use as long as its connection
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
        raise click.BadParameter(f"`{printable(text)}` is not a file mode; expected three octal digits such as 660")
    return int(text, 8)


@click.command("serve")
@click.argument("source", callback=source_address, envvar="AUTHZ_SERVE_SOURCE")
@click.option(
    "--listen",
    multiple=True,
    default=("127.0.0.1:50051",),
    show_default=True,
    metavar="ADDR",
    callback=_addresses,
    help="Address for gRPC: host:port or unix:/path. Repeatable.",
)
@click.option("--http", metavar="HOST:PORT", help="Address for /healthz, /readyz and /metrics; off by default.")
@transport_option(TransportKind.NATIVE, "gRPC server to use: built-in (native) or grpcio.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Worker processes, which share the TCP ports. Use at most one per core.",
)
@click.option(
    "--cache-size",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="Decisions cached per worker (0 disables the cache).",
)
@click.option(
    "--cache-bytes",
    type=click.IntRange(min=1024 * 1024),
    default=CACHE_BYTES,
    show_default=True,
    help="Memory for cached decisions and compiled policies, divided equally among the workers.",
)
@click.option(
    "--max-in-flight",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.in_flight,
    show_default=True,
    help="Maximum concurrent calls per worker; excess calls fail with RESOURCE_EXHAUSTED.",
)
@click.option(
    "--max-message-bytes",
    type=click.IntRange(min=1024),
    default=DEFAULT_LIMITS.message_bytes,
    show_default=True,
    help="Maximum size of a request.",
)
@click.option(
    "--max-batch",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.batch,
    show_default=True,
    help="Maximum number of checks in a batch.",
)
@click.option(
    "--max-context-keys",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.context_keys,
    show_default=True,
    help="Maximum number of condition keys in the context of a check.",
)
@click.option(
    "--max-connections",
    type=click.IntRange(min=1),
    default=DEFAULT_LIMITS.connections,
    show_default=True,
    help=(
        "Maximum open connections per worker; when all are taken, an idle one makes room, or one of the address that"
        " has the most, or the new one is refused."
    ),
)
@click.option(
    "--max-connection-age",
    type=click.FloatRange(min=0, max=_LONGEST_AGE),
    show_default="3600 with --tls-client-ca, else 0",
    help="Seconds, plus or minus 10 %, after which a connection is closed and the client reconnects (0: never).",
)
@click.option(
    "--max-connection-age-grace",
    type=click.FloatRange(min=0, max=_LONGEST_AGE),
    default=DEFAULT_LIMITS.connection_age_grace,
    show_default=True,
    help="Seconds that running calls have to finish once their connection is too old or its certificate expires.",
)
@click.option(
    "--tls-cert", type=_FILE, help="Server certificate chain (PEM) for TCP listeners; reloaded when it changes."
)
@click.option("--tls-key", type=_FILE, help="Private key of --tls-cert (PEM), not encrypted.")
@click.option("--tls-client-ca", type=_FILE, help="Require client certificates issued by these authorities (PEM).")
@click.option(
    "--allow-client",
    multiple=True,
    metavar="NAME",
    help="Admit only client certificates with this subject alternative name or common name; default: all. Repeatable.",
)
@click.option(
    "--health-listen",
    multiple=True,
    metavar="ADDR",
    callback=_addresses,
    help="Address for gRPC health checking only, without TLS, for probes that have no certificate. Repeatable.",
)
@click.option(
    "--socket-mode",
    metavar="OCTAL",
    callback=_mode,
    help="Permissions of Unix sockets, such as 0660; default: set by the umask.",
)
@click.option(
    "--revision-wait",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Maximum seconds that a request waits for at_least_revision; a shorter deadline takes precedence.",
)
@click.option(
    "--shutdown-notice",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds between reporting NOT_SERVING and closing the listeners, for load balancers to react.",
)
@click.option(
    "--drain-timeout",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that running calls have to finish when the sidecar stops.",
)
@click.option(
    "--allow-broken-accounts", is_flag=True, help="Start even if some accounts are broken, without serving them."
)
@click.option(
    "--watch/--no-watch", default=True, show_default=True, help="Use file events to find changes; otherwise poll."
)
@click.option(
    "--last-good",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    show_default="beside an SQLite database, else off",
    help="Folder for the last good copy of a database, from which the sidecar starts while the database is down.",
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
@click.pass_context
def serve_command(ctx: click.Context, /, log_format: str, log_level: str, **options: object) -> None:
    """Run the sidecar on SOURCE, a policy directory or the URL of a database.

    On SIGTERM, SIGINT or SIGQUIT it finishes running calls and exits with status 0; if it cannot start, it exits with
    status 1. On SIGHUP it reloads everything.
    """
    configure_logs(LogFormat(log_format), log_level)
    settings = _settings(options, log_format=LogFormat(log_format), log_level=log_level)
    raise_file_limit()
    try:
        serve(settings, show_progress)
    except InvalidAccountError as error:
        show_failure(error)
        found = "1 error" if len(error.problems) == 1 else f"{len(error.problems)} errors"
        click.echo(f"{found}; fix the files, or start with --allow-broken-accounts", err=True)
        ctx.exit(1)
    except AuthzError as error:
        show_failure(error)
        ctx.exit(1)


def _settings(options: dict[str, Any], **logs: Any) -> Settings:
    """Settings from the options, some of which are combined."""
    limits = {field.name: options.pop(f"max_{field.name}") for field in fields(Limits)}
    if limits["connection_age"] is None:
        limits["connection_age"] = 0.0 if options["tls_client_ca"] is None else _AGE_WITH_CLIENT_CERTIFICATES
    certificate, key, authorities = (options.pop(f"tls_{name}") for name in ("cert", "key", "client_ca"))
    if (certificate is None) != (key is None):
        raise click.UsageError("--tls-cert and --tls-key must be given together")
    if authorities is not None and certificate is None:
        raise click.UsageError("--tls-client-ca needs --tls-cert and --tls-key")
    clients = options.pop("allow_client")
    if "" in clients:
        raise click.UsageError("--allow-client is empty; expected the name of a client certificate")
    if clients and authorities is None:
        raise click.UsageError("--allow-client needs --tls-client-ca, which verifies the names")
    tls = None if certificate is None else TlsFiles(certificate, key, authorities)
    return Settings(limits=Limits(**limits), tls=tls, allow_clients=clients, **options, **logs)
