"""The settings of `authz serve`, read once by the command and used by the assembler alone."""

from dataclasses import dataclass, field
from pathlib import Path

from authz.pdp.limits import CACHE_BYTES, DEFAULT_LIMITS, Limits
from authz.server.listeners import Address
from authz.server.tls import TlsFiles
from authz.server.transport import TransportKind
from authz.telemetry.log import LogFormat


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are seconds. `health_listen` is for probes alone.

    `cache_size` counts the answers of each worker, 0 switches the cache off; `cache_bytes` are those of all that is
    kept to answer sooner, by all workers together.

    With `tls` all TCP addresses of `listen` are served with it; `allow_clients` are names in clients' certificates, all
    that their authority vouches for if there are none.
    """

    source: Path
    listen: tuple[Address, ...]
    http: str | None = None
    transport: TransportKind = TransportKind.NATIVE
    workers: int = 1
    cache_size: int = 100_000
    cache_bytes: int = CACHE_BYTES
    limits: Limits = DEFAULT_LIMITS
    tls: TlsFiles | None = None
    allow_clients: tuple[str, ...] = ()
    health_listen: tuple[Address, ...] = ()
    socket_mode: int | None = None
    revision_wait: float = 10.0
    shutdown_notice: float = 1.0
    drain_timeout: float = 10.0
    allow_broken_accounts: bool = False
    watch: bool = True
    log_format: LogFormat = field(default=LogFormat.AUTO)
    log_level: str = "info"
