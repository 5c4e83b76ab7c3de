"""The settings of `authz serve`, read once by the command and used by the assembler alone."""

from dataclasses import dataclass, field
from pathlib import Path

from authz.server.listeners import Address
from authz.telemetry.log import LogFormat


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are seconds. `cache_size` counts answers, 0 switches the cache off."""

    source: Path
    listen: tuple[Address, ...]
    http: str | None = None
    workers: int = 1
    cache_size: int = 100_000
    max_batch: int = 1000
    revision_wait: float = 10.0
    shutdown_notice: float = 1.0
    drain_timeout: float = 10.0
    allow_broken_accounts: bool = False
    watch: bool = True
    log_format: LogFormat = field(default=LogFormat.AUTO)
    log_level: str = "info"
