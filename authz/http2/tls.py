"""TLS as this room wants it."""

import ssl
from pathlib import Path


def server_context(certificate: Path, key: Path, client_authorities: Path | None = None) -> ssl.SSLContext:
    """TLS as HTTP/2 wants it (RFC 9113, 9.2); with authorities, clients must show a certificate of theirs.

    New certificates may be loaded into the context at any time; handshakes from then on use them.

    Raises:
        OSError: if a file cannot be read, or does not fit the others (ssl.SSLError is one too).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(certificate, key, password=_no_password)
    if client_authorities is not None:
        context.load_verify_locations(client_authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_password() -> bytes:
    """A key with a password cannot be used; without this, OpenSSL would ask for it on the terminal."""
    return b""
