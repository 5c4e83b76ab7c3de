"""The settings of `authz serve`: the command reads them once, and only this package uses them."""

from dataclasses import dataclass, field
from pathlib import Path

from authz.pdp.limits import CACHE_BYTES, DEFAULT_LIMITS, Limits
from authz.server.listeners import Address
from authz.server.tls import TlsFiles
from authz.server.transport import TransportKind
from authz.sources.opening import SourceAddress
from authz.telemetry.log import LogFormat


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Times are in seconds. `health_listen` serves health checking only.

    `cache_size` is the number of decisions that each worker caches, 0 for none; `cache_bytes` bounds the memory of
    cached decisions and compiled policies, of all workers together.

    `last_good` is the folder of the last good copy of a database; None: beside an SQLite file, else none is kept.

    With `tls`, all TCP addresses of `listen` use it. `allow_clients` are the names in client certificates that are
    admitted; if it is empty, every certificate of the trusted authorities is.
    """

    source: SourceAddress
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
    last_good: Path | None = None
    log_format: LogFormat = field(default=LogFormat.AUTO)
    log_level: str = "info"
