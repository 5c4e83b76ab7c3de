"""TLS as clients meet it: real handshakes with a real sidecar."""

import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from authz.v1 import authz_pb2_grpc
from tests.certificates import Authority
from tests.sidecar import EXAMPLE, Sidecar, check_request, eventually, user
from tests.waiting import DEADLINE

QUESTION = check_request(user(100003), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001")
AUTHORITY = Authority()
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.ssl_target_name_override", "localhost")]

pytestmark = pytest.mark.usefixtures("transport")


def put(folder):
    """A new certificate in the place of the one before, as a Secret's files are replaced."""
    certificate, key = AUTHORITY.issue("sidecar", "localhost")
    for name, content in (("tls.key", key), ("tls.crt", certificate), ("ca.crt", AUTHORITY.pem)):
        (folder / f"{name}.new").write_bytes(content)
        (folder / f"{name}.new").replace(folder / name)
    return ssl.PEM_cert_to_DER_cert(certificate.decode())


def options(folder, *more):
    return ("--tls-cert", str(folder / "tls.crt"), "--tls-key", str(folder / "tls.key"), *more)


def shown(address):
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
    context.set_alpn_protocols(["h2"])
    host, _, port = address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), timeout=DEADLINE) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as connection,
    ):
        return connection.getpeercert(binary_form=True)


def asked(address, certificate=None, key=None):
    """The answer's reason, or the status code, over a new connection."""
    credentials = grpc.ssl_channel_credentials(AUTHORITY.pem, key, certificate)
    with grpc.secure_channel(address, credentials, OPTIONS) as channel:
        try:
            return authz_pb2_grpc.AuthorizationServiceStub(channel).Check(QUESTION, timeout=DEADLINE).allowed
        except grpc.RpcError as error:
            return error.code()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replaced_certificate_is_shown_to_new_connections_and_fails_no_call(tmp_path, workers):
    first = put(tmp_path)
    with Sidecar(EXAMPLE, *options(tmp_path), workers=workers) as sidecar, ExitStack() as stack:
        assert shown(sidecar.tcp) == first
        credentials = grpc.ssl_channel_credentials(AUTHORITY.pem)
        channel = stack.enter_context(grpc.secure_channel(sidecar.tcp, credentials, OPTIONS))
        stub = authz_pb2_grpc.AuthorizationServiceStub(channel)
        stop, answers = threading.Event(), []

        def ask():
            while not stop.is_set():
                answers.append(stub.Check(QUESTION, timeout=DEADLINE).allowed)
                answers.append(asked(sidecar.tcp))

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            second = put(tmp_path)
            eventually(lambda: all(shown(sidecar.tcp) == second for _ in range(8)))
            before = len(answers)
            eventually(lambda: len(answers) > before + 10)
        finally:
            stop.set()
            thread.join()
        assert set(answers) == {True}
        assert sidecar.metrics()["authz_tls_certificate_expiry_timestamp_seconds",] > 0


def test_only_allowed_identities_may_ask_but_probes_need_none(tmp_path):
    put(tmp_path)
    gate = (
        "--tls-client-ca",
        str(tmp_path / "ca.crt"),
        "--allow-client",
        "spiffe://mesh/shop",
        "--allow-client",
        "bill",
    )
    with Sidecar(EXAMPLE, *options(tmp_path, *gate), "--health-listen", "127.0.0.1:0") as sidecar:
        assert asked(sidecar.tcp, *AUTHORITY.issue("x", "spiffe://mesh/shop")) is True
        assert asked(sidecar.tcp, *AUTHORITY.issue("bill")) is True
        assert (
            asked(sidecar.tcp, *AUTHORITY.issue("mallory", "spiffe://mesh/shop/no"))
            is grpc.StatusCode.PERMISSION_DENIED
        )
        assert asked(sidecar.tcp, *Authority("stranger").issue("bill")) is grpc.StatusCode.UNAVAILABLE
        assert asked(sidecar.tcp) is grpc.StatusCode.UNAVAILABLE
        # The Unix socket is guarded by its permissions.
        assert sidecar.stub.Check(QUESTION, timeout=DEADLINE).allowed
        [address] = sidecar.wait_for_log("serving")["health"]
        health = health_pb2_grpc.HealthStub(sidecar.channel(address))
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        assert sidecar.metrics()["authz_calls_total", "Check", "PERMISSION_DENIED"] == 1


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path):
    put(tmp_path)
    (tmp_path / "tls.key").write_text("no key")
    for workers in ("1", "2"):
        how = ("--listen", "127.0.0.1:0", "--workers", workers, *options(tmp_path))
        command = [sys.executable, "-m", "authz", "serve", str(EXAMPLE), *how]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
        assert (ended.returncode, "tls.crt" in ended.stderr) == (1, True)


def test_handshakes_at_the_same_time_all_succeed_also_while_certificates_are_replaced(tmp_path):
    put(tmp_path)
    with Sidecar(EXAMPLE, *options(tmp_path)) as sidecar, ThreadPoolExecutor(4) as callers:
        answers = [callers.submit(shown, sidecar.tcp) for _ in range(600)]
        last = put(tmp_path)
        certificates = {answer.result() for answer in answers}
        eventually(lambda: shown(sidecar.tcp) == last)
        assert last in certificates
        assert sidecar.process.poll() is None
