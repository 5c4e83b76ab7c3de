"""How grpcio learns of replaced certificates, without pulling them from under a handshake."""

import time
from collections.abc import Callable
from typing import Any

import grpc

from authz.server.tls import Certificates, Loaded

_TO_BEGIN_A_HANDSHAKE = 0.25  # seconds that a thread of gRPC surely does not wait for the processor


def server_credentials(certificates: Certificates) -> grpc.ServerCredentials:
    """What one port of grpcio listens with: it asks for the certificates at every handshake."""
    offer = CertificateOffer(certificates)
    needs_client = certificates.current().pem.authorities is not None
    return grpc.dynamic_ssl_server_credentials(offer.first(), offer.changed, require_client_authentication=needs_client)


class CertificateOffer:
    """Tells one port of gRPC of certificates at every handshake, but of new ones only.

    What gRPC made of a configuration is freed as soon as another takes its place, and a handshake that has just asked
    and not yet begun would use it after that: add_handshakers in ssl_security_connector.cc holds no lock between the
    two. So a configuration is given only if it differs, and only when the handshake that asked last has surely begun.
    gRPC asks under a lock of the port: others wait meanwhile.
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
        """What the port begins with."""
        return _configuration(self._offered)

    def changed(self) -> Any:
        """The configuration if it is another than the one before, or else None."""
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
