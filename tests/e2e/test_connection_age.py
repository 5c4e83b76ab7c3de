"""Connections have an age, so that a client's certificate that was withdrawn stops to be of use. No call is lost."""

import socket
import threading

import grpc
import pytest

from authz.http2 import frames
from authz.v1 import authz_pb2_grpc
from tests.certificates import Authority
from tests.e2e.test_tls import OPTIONS, options
from tests.sidecar import EXAMPLE, Sidecar, check_request, user
from tests.waiting import BRIEF, DEADLINE, eventually

QUESTION = check_request(user(100003), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001")
AGED = ("--max-connection-age", "0.5", "--max-connection-age-grace", "0.5")

pytestmark = pytest.mark.usefixtures("transport")


def frames_until_the_end(address):
    """The kinds of all frames that a client is sent which asks nothing and never hangs up."""
    host, _, port = address.rpartition(":")
    kinds, read = [], b""
    with socket.create_connection((host, int(port)), DEADLINE) as peer:
        peer.sendall(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0))
        while data := peer.recv(65536):
            read += data
    while len(read) >= 9:
        size = int.from_bytes(read[:3], "big")
        kinds.append(read[3])
        read = read[9 + size :]
    return kinds


@pytest.mark.parametrize("workers", [1, 2])
def test_a_connection_is_told_and_closed(workers):
    with Sidecar(EXAMPLE, *AGED, workers=workers) as sidecar:
        kinds = frames_until_the_end(sidecar.tcp)
        assert kinds[0] == frames.SETTINGS
        assert frames.GOAWAY in kinds


def test_a_client_that_goes_on_asking_loses_no_call():
    aged = ("--max-connection-age", str(BRIEF), "--max-connection-age-grace", str(DEADLINE))
    with Sidecar(EXAMPLE, *aged) as sidecar, grpc.insecure_channel(sidecar.tcp, OPTIONS[:1]) as channel:
        stub, states = authz_pb2_grpc.AuthorizationServiceStub(channel), []
        channel.subscribe(states.append)

        def has_come_again():
            assert stub.Check(QUESTION, timeout=DEADLINE).allowed
            return states.count(grpc.ChannelConnectivity.READY) >= 3

        eventually(has_come_again)


def test_a_stream_ends_with_the_grace():
    with Sidecar(EXAMPLE, *AGED) as sidecar:
        ended = threading.Event()

        def questions():
            yield QUESTION
            ended.wait(DEADLINE)

        def begun():
            """A stream with an answer; a busy machine may need longer for that than the connection lives."""
            try:
                stream = sidecar.stub_on(sidecar.tcp).StreamCheck(questions(), timeout=DEADLINE)
                return next(stream).allowed and stream
            except grpc.RpcError:
                return None

        stream = eventually(begun)
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
        ended.set()
        assert caught.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
        assert sidecar.check(user(100003), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001").allowed


def is_allowed(stub):
    """Not where the connection cannot be had, or ends of age before a busy machine has answered on it."""
    try:
        return stub.Check(QUESTION, timeout=DEADLINE, wait_for_ready=False).allowed
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - all else is a fault
        return False


@pytest.mark.parametrize("workers", [1, 2])
def test_a_certificate_that_was_withdrawn_stops_to_be_of_use(tmp_path, workers):
    """The authority's certificate is replaced, while a client of the one before has its connection."""
    servers, before, after = Authority("servers"), Authority("before"), Authority("after")
    certificate, key = servers.issue("sidecar", "localhost")
    for name, content in (("tls.key", key), ("tls.crt", certificate), ("ca.crt", before.pem)):
        (tmp_path / name).write_bytes(content)

    def stub_of(sidecar, authority):
        certificate, key = authority.issue("client")
        credentials = grpc.ssl_channel_credentials(servers.pem, key, certificate)
        sidecar._channels.append(grpc.secure_channel(sidecar.tcp, credentials, OPTIONS))
        return authz_pb2_grpc.AuthorizationServiceStub(sidecar._channels[-1])

    mutual = options(tmp_path, "--tls-client-ca", str(tmp_path / "ca.crt"))
    with Sidecar(EXAMPLE, *mutual, *AGED, "--health-listen", "127.0.0.1:0", workers=workers) as sidecar:
        old, new = stub_of(sidecar, before), stub_of(sidecar, after)
        eventually(lambda: is_allowed(old))
        (tmp_path / "ca.new").write_bytes(after.pem)
        (tmp_path / "ca.new").replace(tmp_path / "ca.crt")

        # A connection that ends of age takes a call along; one that is refused says so each time.
        eventually(lambda: not any(is_allowed(old) for _ in range(5)))
        eventually(lambda: is_allowed(new))
        assert not is_allowed(old), "once away, it stays away"
