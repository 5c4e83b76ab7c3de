"""TLS of the server, with certificates that are read again whenever their files change, without a restart."""

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


def server_context(certificate: Path, key: Path, client_authorities: Path | None = None) -> ssl.SSLContext:
    """TLS as HTTP/2 wants it (RFC 9113, 9.2); with authorities, clients must show a certificate of theirs.

    Sessions are not resumed, so that every connection sees the certificates of its time.

    Raises:
        OSError: if a file cannot be read, or does not fit the others (ssl.SSLError is one too).
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
    """A context whose handshakes are each done by the one that is `current` then.

    All of them are made by `server_context`, and all with authorities or all without.
    """
    first = current()

    def hand_over(handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        handshake.context = current()

    first.sni_callback = hand_over  # OpenSSL asks even if the client names no server
    return first


def _no_password() -> bytes:
    """A key with a password cannot be used; without this, OpenSSL would ask for it on the terminal."""
    return b""
