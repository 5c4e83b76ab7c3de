"""TLS as this room wants it."""

import ssl
from collections.abc import Callable
from pathlib import Path


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
