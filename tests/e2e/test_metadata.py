"""Metadata that is longer than is taken costs the call that brought it, and no other."""

import grpc
import pytest

from authz.v1 import authz_pb2
from tests.sidecar import EXAMPLE, Sidecar, check_request, user
from tests.waiting import DEADLINE

pytestmark = pytest.mark.usefixtures("transport")

ASKED = check_request(user(100003), "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001")


@pytest.fixture(scope="module")
def sidecar(transport):  # noqa: ARG001 - it decides what serves
    with Sidecar(EXAMPLE) as started:
        yield started


def ended(call, *, size, pieces=1):
    """The code of a call with so many bytes of metadata."""
    metadata = [(f"k{number}", "v" * (size // pieces)) for number in range(pieces)]
    with pytest.raises(grpc.RpcError) as caught:
        call(ASKED, timeout=DEADLINE, metadata=metadata)
    return caught.value.code()


@pytest.mark.parametrize(("size", "pieces"), [(20_000, 1), (40_000, 1), (40_000, 400), (200_000, 1), (200_000, 20)])
def test_a_call_with_too_much_metadata_is_refused_and_its_neighbours_live(sidecar, size, pieces):
    stub = sidecar.stub_on(sidecar.tcp)
    neighbour = stub.WatchRevision(authz_pb2.WatchRevisionRequest(), timeout=DEADLINE)
    assert next(neighbour).revision
    for _ in range(3):
        assert ended(stub.Check, size=size, pieces=pieces) is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert stub.Check(ASKED, timeout=DEADLINE).allowed
    assert neighbour.is_active()
    neighbour.cancel()


def test_so_is_a_stream_with_too_much_metadata(sidecar):
    stub = sidecar.stub_on(sidecar.tcp)
    with pytest.raises(grpc.RpcError) as caught:
        list(stub.StreamCheck(iter([ASKED]), timeout=DEADLINE, metadata=[("k", "v" * 40_000)]))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stub.Check(ASKED, timeout=DEADLINE).allowed
