"""grpcio is told of a certificate once, and not while a handshake may be about to begin with the one before."""

import time

import grpc
import pytest

from authz.server.grpcio_tls import CertificateOffer
from authz.server.tls import Certificates, TlsFiles
from tests.certificates import Authority

AUTHORITY = Authority()


def put(folder):
    certificate, key = AUTHORITY.issue("sidecar", "localhost")
    for name, content in (("tls.key", key), ("tls.crt", certificate)):
        (folder / f"{name}.new").write_bytes(content)
        (folder / f"{name}.new").replace(folder / name)


@pytest.fixture
def offer(tmp_path):
    put(tmp_path)
    return CertificateOffer(Certificates(TlsFiles(tmp_path / "tls.crt", tmp_path / "tls.key")))


def test_a_certificate_is_told_of_once(offer, tmp_path):
    assert isinstance(offer.first(), grpc.ServerCertificateConfiguration)
    assert [offer.changed() for _ in range(3)] == [None] * 3
    put(tmp_path)
    assert isinstance(offer.changed(), grpc.ServerCertificateConfiguration)
    assert offer.changed() is None


def test_a_certificate_that_cannot_be_used_is_not_told_of(offer, tmp_path):
    (tmp_path / "tls.key").write_text("no key")
    assert offer.changed() is None


def test_a_new_certificate_waits_until_the_handshake_before_has_begun(offer, tmp_path):
    assert offer.changed() is None
    asked = time.monotonic()
    put(tmp_path)
    assert offer.changed() is not None
    assert time.monotonic() - asked >= 0.24
