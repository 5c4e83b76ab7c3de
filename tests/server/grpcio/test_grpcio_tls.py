"""grpcio is told of a certificate once, and not while a handshake may be about to begin with the one before."""

import grpc
import pytest

from authz.server.grpcio.grpcio_tls import CertificateOffer
from authz.server.tls import Certificates, TlsFiles
from tests.certificates import Authority

AUTHORITY = Authority()


def put(folder):
    certificate, key = AUTHORITY.issue("sidecar", "localhost")
    for name, content in (("tls.key", key), ("tls.crt", certificate)):
        (folder / f"{name}.new").write_bytes(content)
        (folder / f"{name}.new").replace(folder / name)


class Clock:
    """Tells the seconds that it was set to, and stands still but for pauses, which it keeps."""

    def __init__(self):
        self.now, self.pauses = 100.0, []

    def __call__(self):
        return self.now

    def pause(self, seconds):
        self.pauses.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def offer(tmp_path, clock):
    put(tmp_path)
    certificates = Certificates(TlsFiles(tmp_path / "tls.crt", tmp_path / "tls.key"))
    return CertificateOffer(certificates, clock, clock.pause)


def test_a_certificate_is_told_of_once(offer, tmp_path):
    assert isinstance(offer.first(), grpc.ServerCertificateConfiguration)
    assert [offer.changed() for _ in range(3)] == [None] * 3
    put(tmp_path)
    assert isinstance(offer.changed(), grpc.ServerCertificateConfiguration)
    assert offer.changed() is None


def test_a_certificate_that_cannot_be_used_is_not_told_of(offer, tmp_path):
    (tmp_path / "tls.key").write_text("no key")
    assert offer.changed() is None


@pytest.mark.parametrize(("since", "pause"), [(0.0, 0.25), (0.1, 0.15), (0.25, 0.0), (5.0, 0.0)])
def test_a_new_certificate_waits_until_the_handshake_before_has_begun(offer, clock, tmp_path, since, pause):
    assert offer.changed() is None
    clock.now += since
    put(tmp_path)
    assert offer.changed() is not None
    assert clock.pauses == [pause]
