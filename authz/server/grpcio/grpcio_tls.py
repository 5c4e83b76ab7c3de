"""Replaced certificates for grpcio, without freeing those that a handshake is about to use."""

import time
from collections.abc import Callable
from typing import Any

import grpc

from authz.server.tls import Certificates, Loaded

_TO_BEGIN_A_HANDSHAKE = 0.25  # seconds; longer than a thread of gRPC waits for a processor


def server_credentials(certificates: Certificates) -> grpc.ServerCredentials:
    """The credentials of one port of grpcio, which asks for the certificates at every handshake."""
    offer = CertificateOffer(certificates)
    needs_client = certificates.current().pem.authorities is not None
    return grpc.dynamic_ssl_server_credentials(offer.first(), offer.changed, require_client_authentication=needs_client)


class CertificateOffer:
    """Gives one port of grpcio its certificates at every handshake, but only new ones.

    gRPC frees a configuration as soon as another replaces it, although a handshake that has just asked may still use
    it: add_handshakers in ssl_security_connector.cc holds no lock in between. So a configuration is given only if it
    differs, and only after the handshake that asked last must have begun. gRPC asks under a lock of the port, so other
    handshakes wait meanwhile.
    """

    def __init__(
        self,
        certificates: Certificates,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._certificates = certificates
        self._clock, self._pause = clock, pause
        self._offered = certificates.current()
        self._asked_at = float("-inf")

    def first(self) -> Any:
        """The first configuration of the port."""
        return _configuration(self._offered)

    def changed(self) -> Any:
        """The configuration if it has changed since the last call, else None."""
        latest = self._certificates.current()
        if latest is self._offered:
            self._asked_at = self._clock()
            return None
        self._pause(max(0.0, self._asked_at + _TO_BEGIN_A_HANDSHAKE - self._clock()))
        self._offered = latest
        self._asked_at = self._clock()
        return _configuration(latest)


def _configuration(loaded: Loaded) -> Any:
    pem = loaded.pem
    return grpc.ssl_server_certificate_configuration([(pem.key, pem.certificate)], pem.authorities)
