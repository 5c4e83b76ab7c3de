import pytest
from cryptography.x509 import load_pem_x509_certificate

from authz.errors import CertificateError
from authz.server.tls import Certificates, TlsFiles
from tests.certificates import Authority
from tests.logs import capture_logs

AUTHORITY = Authority()


@pytest.fixture
def files(tmp_path):
    return TlsFiles(tmp_path / "tls.crt", tmp_path / "tls.key", tmp_path / "ca.crt")


def put(files, days=1):
    """Write certificates that end in so many days; the moment when, in seconds since 1970."""
    certificate, key = AUTHORITY.issue("sidecar", "localhost", days=days)
    for file, content in (
        (files.certificate, certificate),
        (files.key, key),
        (files.client_authorities, AUTHORITY.pem),
    ):
        new = file.with_suffix(".new")
        new.write_bytes(content)
        new.replace(file)
    return load_pem_x509_certificate(certificate).not_valid_after_utc.timestamp()


def test_a_changed_certificate_is_in_use_from_the_next_look_on(files):
    first = put(files, days=3)
    certificates = Certificates(files)
    assert certificates.expires_at == first
    second = put(files, days=30)
    assert certificates.expires_at == second != first


def test_a_version_that_cannot_be_used_leaves_the_one_before_in_use_and_is_told_once(files):
    first = put(files, days=3)
    certificates = Certificates(files)
    files.certificate.write_text("no certificate")
    with capture_logs() as logs:
        assert [certificates.expires_at for _ in range(3)] == [first] * 3
    assert [each["event"] for each in logs] == ["certificates rejected; the previous ones stay in use"]
    assert put(files, days=5) == certificates.expires_at != first


def test_files_that_go_away_change_nothing(files):
    first = put(files, days=3)
    certificates = Certificates(files)
    files.key.unlink()
    assert certificates.expires_at == first


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("certificate", b"no certificate"),
        ("certificate", AUTHORITY.issue("other")[0]),
        ("key", b""),
        ("client_authorities", b"nobody"),
    ],
)
def test_files_that_do_not_fit_one_another_are_refused_at_the_start(files, name, content):
    put(files)
    getattr(files, name).write_bytes(content)
    with pytest.raises(CertificateError):
        Certificates(files)


def test_a_file_that_is_not_there_is_named(files):
    put(files)
    files.key.unlink()
    with pytest.raises(CertificateError, match=r"tls\.key"):
        Certificates(files)


def test_a_key_with_a_password_is_refused_without_asking_for_it(files):
    put(files)
    files.key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n")
    with pytest.raises(CertificateError):
        Certificates(files)
