"""What all callers share no connection uses up: places to wait for a revision, and places of work."""

import grpc
import pytest

from authz.v1 import authz_pb2
from tests.sidecar import EXAMPLE, IMPOSSIBLE, Sidecar, check_request, later_revision, user, write_account
from tests.waiting import DEADLINE, FOREVER, eventually

APP = "qcs::im::uin/12345678:sdkappid/1400000001"
ASKED = check_request(user(100003), "im:AddUser", APP)

pytestmark = pytest.mark.usefixtures("transport")


def calls_with(revision):
    """A way to insist on a revision by each method, as calls of a stub that are under way when they return."""
    check = check_request(user(100003), "im:AddUser", APP, at_least_revision=revision)
    batch = authz_pb2.BatchCheckRequest(checks=[ASKED], at_least_revision=revision)
    listing = authz_pb2.AllowedResourcesRequest(principal=user(100003), action="im:AddUser", at_least_revision=revision)
    return {
        "Check": lambda stub: stub.Check.future(check),
        "BatchCheck": lambda stub: stub.BatchCheck.future(batch),
        "Explain": lambda stub: stub.Explain.future(authz_pb2.ExplainRequest(check=check)),
        "AllowedResources": lambda stub: stub.AllowedResources.future(listing),
        "StreamCheck": lambda stub: stub.StreamCheck(iter([check])),
    }


@pytest.mark.parametrize("method", calls_with(""))
def test_nobody_waits_for_a_revision_that_cannot_come(method):
    with Sidecar(EXAMPLE, "--revision-wait", str(FOREVER)) as sidecar:
        call = calls_with(IMPOSSIBLE)[method](sidecar.stub)
        assert call.code() is grpc.StatusCode.UNAVAILABLE
        assert f"revision {IMPOSSIBLE} cannot have been given by any sidecar yet" in call.details()
        assert sidecar.metrics()["authz_waiting",] == 0


@pytest.mark.parametrize("method", calls_with(""))
def test_one_connection_leaves_others_places_to_wait_and_to_work(tmp_path, method):
    source = write_account(tmp_path, users=[{"uin": "100003", "policies": ["AdministratorAccess"]}])
    with Sidecar(source, "--revision-wait", str(FOREVER), "--max-in-flight", "20") as sidecar:
        greedy, other = sidecar.stub_on(sidecar.tcp), sidecar.stub_on(sidecar.tcp)
        revision = int(other.Check(ASKED, timeout=DEADLINE).revision)
        waiting = []
        for number in range(11):
            waiting.append(calls_with(later_revision())[method](greedy))
            eventually(lambda: sidecar.metrics()["authz_waiting",] == number + 1)  # noqa: B023 - called before the next
        refused = calls_with(later_revision())[method](greedy)
        assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "11 of this connection, which is its share" in refused.details()
        metrics = sidecar.metrics()
        assert (metrics["authz_waiting",], metrics["authz_rejected_total", "waiting"]) == (11, 1)
        later = other.BatchCheck.future(
            authz_pb2.BatchCheckRequest(checks=[ASKED], at_least_revision=str(revision + 1)), timeout=DEADLINE
        )
        eventually(lambda: sidecar.metrics()["authz_waiting",] == 12)
        assert len(other.BatchCheck(authz_pb2.BatchCheckRequest(checks=[ASKED] * 9), timeout=DEADLINE).results) == 9
        write_account(tmp_path, users=[{"uin": "100003", "policies": ["QcloudIMReadOnlyAccess"]}])
        assert int(later.result().revision) > revision
        for call in waiting:
            call.cancel()


def test_one_connection_leaves_others_places_of_work():
    checks = [check_request(user(100001), "im:AddUser", f"{APP}{number}") for number in range(1000)]
    batch = authz_pb2.BatchCheckRequest(checks=checks)
    with Sidecar(EXAMPLE, "--max-in-flight", "10", "--cache-size", "0") as sidecar:
        greedy, other = sidecar.stub_on(sidecar.tcp), sidecar.stub_on(sidecar.tcp)
        assert len(other.BatchCheck(batch, timeout=DEADLINE).results) == 1000
        under_way = [greedy.BatchCheck.future(batch) for _ in range(200)]
        for _ in range(20):
            assert len(other.BatchCheck(batch, timeout=DEADLINE).results) == 1000
        outcomes = {call.code() for call in under_way}
        assert outcomes <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
