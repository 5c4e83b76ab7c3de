"""TLS of the server: certificates are read again when their files change, without a restart."""

import ssl
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from authz.errors import CertificateError
from authz.telemetry.events import get_logger

log = get_logger("authz.server")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the certificate chain, its key, and the authorities of accepted clients (None: any client)."""

    certificate: Path
    key: Path
    client_authorities: Path | None = None

    def all(self) -> tuple[Path, ...]:
        """All given files."""
        return tuple(file for file in (self.certificate, self.key, self.client_authorities) if file is not None)


@dataclass(frozen=True, slots=True)
class Pem:
    """The content of the files."""

    certificate: bytes
    key: bytes
    authorities: bytes | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A consistent version of the files, for both transports; its certificate expires at `expires_at`."""

    stamp: Hashable
    pem: Pem
    context: ssl.SSLContext
    expires_at: float


class Certificates:
    """The last usable version of the files; one that cannot be used is logged, and the previous one stays in use."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the files for the first time.

        Raises:
            CertificateError: if they cannot be used.
        """
        self._files = files
        self._lock = threading.Lock()  # grpcio asks from its own threads
        self._refused: Hashable = None
        self._loaded = _load(files)

    @property
    def expires_at(self) -> float:
        """When the certificate in use expires, in seconds since the epoch; 0 if unknown."""
        return self.current().expires_at

    def current(self) -> Loaded:
        """The version for handshakes that begin now."""
        with self._lock:
            stamp = _stamp(self._files)
            if stamp not in (self._loaded.stamp, self._refused):
                try:
                    self._loaded = _load(self._files)
                except CertificateError as error:
                    self._refused = stamp
                    log.error("certificates rejected; the previous ones stay in use", reason=str(error))  # noqa: TRY400 - an event, no crash
                else:
                    log.info("certificates replaced", certificate=str(self._files.certificate))
            return self._loaded


def _load(files: TlsFiles) -> Loaded:
    stamp = _stamp(files)
    try:
        before = [file.read_bytes() for file in files.all()]
        # Finds what a handshake would: a key that does not match, a file that is not PEM.
        context = server_context(files.certificate, files.key, files.client_authorities)
        contents = [file.read_bytes() for file in files.all()]
    except OSError as error:  # includes ssl.SSLError
        raise CertificateError(f"{error.filename or files.certificate}: {error.strerror or error}") from None
    if contents != before or _stamp(files) != stamp:
        raise CertificateError("the files changed while they were read")
    return Loaded(stamp, Pem(*contents), context, _expiry(contents[0]))


def _stamp(files: TlsFiles) -> Hashable:
    """A value that changes whenever a file does, or cannot be read any more."""
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


def server_context(certificate: Path, key: Path, client_authorities: Path | None = None) -> ssl.SSLContext:
    """TLS as HTTP/2 requires it (RFC 9113, 9.2); with authorities, clients must show a certificate by one of them.

    Sessions are not resumed, so that every connection uses the current certificates.

    Raises:
        OSError: if a file cannot be read, or does not match the others (ssl.SSLError).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(certificate, key, password=_no_password)
    if client_authorities is not None:
        context.load_verify_locations(client_authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def following(current: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """A context whose handshakes each use the context that is `current` then.

    All of them come from `server_context`, either all with authorities or all without.
    """
    first = current()

    def hand_over(handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        handshake.context = current()

    first.sni_callback = hand_over  # called even if the client names no server
    return first


def _no_password() -> bytes:
    """Reject keys with a password; without this, OpenSSL would ask for it on the terminal."""
    return b""
