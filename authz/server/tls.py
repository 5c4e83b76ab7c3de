"""Certificates of the server, read again whenever their files change, without a restart."""

import ssl
import threading
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import structlog

from authz.errors import CertificateError
from authz.http2.tls import server_context

log = structlog.get_logger("authz.server")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the certificate chain, its key, and the authorities whose clients are let in (None: any client)."""

    certificate: Path
    key: Path
    client_authorities: Path | None = None

    def all(self) -> tuple[Path, ...]:
        """Every file there is."""
        return tuple(file for file in (self.certificate, self.key, self.client_authorities) if file is not None)


@dataclass(frozen=True, slots=True)
class Pem:
    """The content of the files."""

    certificate: bytes
    key: bytes
    authorities: bytes | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version of the files that fits together, for transports of either kind; it ends at `expires_at`."""

    stamp: Hashable
    pem: Pem
    context: ssl.SSLContext
    expires_at: float


class Certificates:
    """The files as they were last found good. A version that cannot be used is logged, and the one before it stays."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them for the first time.

        Raises:
            CertificateError: if they cannot be used.
        """
        self._files = files
        self._lock = threading.Lock()  # gRPC asks from threads of its own
        self._refused: Hashable = None
        self._loaded = _load(files)

    @property
    def expires_at(self) -> float:
        """When the certificate in use ends, in seconds since the epoch; 0 where that cannot be told."""
        return self.current().expires_at

    def current(self) -> Loaded:
        """What a handshake is to use now."""
        with self._lock:
            stamp = _stamp(self._files)
            if stamp not in (self._loaded.stamp, self._refused):
                try:
                    self._loaded = _load(self._files)
                except CertificateError as error:
                    self._refused = stamp
                    log.error("certificates refused; those before stay in use", reason=str(error))  # noqa: TRY400 - an event, no crash
                else:
                    log.info("certificates replaced", certificate=str(self._files.certificate))
            return self._loaded


def _load(files: TlsFiles) -> Loaded:
    stamp = _stamp(files)
    try:
        before = [file.read_bytes() for file in files.all()]
        # Finds what a handshake would find: a key of another certificate, a file of something else.
        context = server_context(files.certificate, files.key, files.client_authorities)
        contents = [file.read_bytes() for file in files.all()]
    except OSError as error:  # ssl.SSLError is one too
        raise CertificateError(f"{error.filename or files.certificate}: {error.strerror or error}") from None
    if contents != before or _stamp(files) != stamp:
        raise CertificateError("the files changed while they were read")
    return Loaded(stamp, Pem(*contents), context, _expiry(contents[0]))


def _stamp(files: TlsFiles) -> Hashable:
    """Differs whenever a file does, or cannot be looked at."""
    stamps: list[Hashable] = []
    for file in files.all():
        try:
            status = file.stat()
            stamps.append((status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
        except OSError as error:
            stamps.append(error.errno)
    return tuple(stamps)


def _expiry(certificate: bytes) -> float:
    if find_spec("cryptography") is None:
        return 0.0
    end: datetime = import_module("cryptography.x509").load_pem_x509_certificate(certificate).not_valid_after_utc
    return end.timestamp()
