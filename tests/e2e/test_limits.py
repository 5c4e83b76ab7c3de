"""What one caller may take from the others: nothing."""

import itertools
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from authz.v1 import authz_pb2
from tests.sidecar import EXAMPLE, Sidecar, check_request, eventually, later_revision, user
from tests.waiting import BRIEF, DEADLINE

APP = "qcs::im::uin/12345678:sdkappid/1400000001"
LONG = APP.replace("1400000001", "1400000001" * 200)  # a denial repeats it
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))  # and empty SETTINGS

pytestmark = pytest.mark.usefixtures("transport")


def megabytes(pid):
    """What the process holds, its share of what it shares."""
    line = next(line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def refused(call):
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), caught.value.details()


def test_too_much_in_one_request_is_refused_with_the_limit():
    with Sidecar(EXAMPLE, "--max-batch", "2", "--max-context-keys", "3", "--max-message-bytes", "2000") as sidecar:
        check = check_request(user(), "im:AddUser", APP)
        batch = authz_pb2.BatchCheckRequest(checks=[check] * 3)
        code, details = refused(lambda: sidecar.stub.BatchCheck(batch, timeout=DEADLINE))
        assert (code, "at most 2" in details) == (grpc.StatusCode.INVALID_ARGUMENT, True)
        code, details = refused(lambda: sidecar.check(user(), "im:AddUser", APP, **{f"k{n}": ["v"] for n in range(4)}))
        assert (code, "at most 3" in details) == (grpc.StatusCode.INVALID_ARGUMENT, True)
        code, _ = refused(lambda: sidecar.check(user(), "im:AddUser", "x" * 3000))
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert sidecar.check(user(100003), "im:AddUser", APP).allowed


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        (
            check_request(user(), "im:AddUser", APP, k=["v"] * 400_000),
            "context",
            "at most 100 values of `k` are allowed",
        ),
        (check_request(user(), "im:AddUser", "x" * 1_000_000), "resource", "1000000 bytes; at most 4096 are allowed"),
        (check_request(user(), "im:" + "x" * 9997, APP), "action", "10000 bytes; at most 2048 are allowed"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_one_question_may_bring_is_bounded_by_every_method(asked, field, told):
    with Sidecar(EXAMPLE) as sidecar:
        calls = [
            lambda: sidecar.stub.Check(asked, timeout=60),
            lambda: next(sidecar.stub.StreamCheck(iter([asked]), timeout=60)),
            lambda: sidecar.stub.Explain(authz_pb2.ExplainRequest(check=asked), timeout=60),
        ]
        if field != "resource":
            listing = authz_pb2.AllowedResourcesRequest(
                principal=asked.principal, action=asked.action, context=asked.context
            )
            calls.append(lambda: sidecar.stub.AllowedResources(listing, timeout=60))
        for call in calls:
            with pytest.raises(grpc.RpcError) as caught:
                call()
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            details = dict(caught.value.trailing_metadata())["grpc-status-details-bin"]
            violation = error_details_pb2.BadRequest()
            assert status_pb2.Status.FromString(details).details[0].Unpack(violation)
            assert (violation.field_violations[0].field, violation.field_violations[0].description) == (field, told)
        batch = sidecar.stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=[asked]), timeout=60)
        assert batch.results[0].error.message == f"{field}: {told}"


def test_work_above_the_limit_is_turned_away_at_once_while_checks_go_on():
    with Sidecar(EXAMPLE, "--max-in-flight", "2", "--cache-size", "0") as sidecar, ThreadPoolExecutor(12) as threads:
        checks = [check_request(user(100001), "im:AddUser", f"{APP}{number}") for number in range(1000)]
        batch = authz_pb2.BatchCheckRequest(checks=checks)

        def outcome(_):
            try:
                return len(sidecar.stub.BatchCheck(batch, timeout=DEADLINE).results)
            except grpc.RpcError as error:
                return error.code()

        outcomes = []
        asking = threading.Thread(target=lambda: outcomes.extend(threads.map(outcome, range(200))))
        asking.start()
        answered = 0
        while asking.is_alive():
            answered += sidecar.check(user(100003), "im:AddUser", APP).allowed
        asking.join()
        assert set(outcomes) == {1000, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert answered > 0
        rejected = sidecar.metrics()["authz_rejected_total", "in_flight"]
        assert rejected == outcomes.count(grpc.StatusCode.RESOURCE_EXHAUSTED)


def test_a_call_whose_deadline_passes_in_the_queue_is_not_worked_on():
    with Sidecar(EXAMPLE, "--cache-size", "0") as sidecar:
        checks = [check_request(user(100001), "im:AddUser", f"{APP}{number}") for number in range(1000)]
        batch = authz_pb2.BatchCheckRequest(checks=checks)
        assert len(sidecar.stub.BatchCheck(batch, timeout=DEADLINE).results) == 1000
        sidecar.process.send_signal(signal.SIGSTOP)
        late = [sidecar.stub.BatchCheck.future(batch, timeout=BRIEF) for _ in range(40)]
        assert {each.code() for each in late} == {grpc.StatusCode.DEADLINE_EXCEEDED}
        sidecar.process.send_signal(signal.SIGCONT)
        eventually(lambda: sidecar.metrics()["authz_in_flight",] == 0)
        assert len(sidecar.stub.BatchCheck(batch, timeout=DEADLINE).results) == 1000


def test_a_thousand_idle_connections_do_no_harm():
    with Sidecar(EXAMPLE) as sidecar, ExitStack() as stack:
        assert sidecar.check(user(100003), "im:AddUser", APP).allowed
        before = megabytes(sidecar.process.pid)
        host, _, port = sidecar.tcp.rpartition(":")
        for _ in range(1000):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=DEADLINE))
            connection.sendall(PREFACE)
        other = sidecar.stub_on(sidecar.tcp)
        assert other.Check(check_request(user(100003), "im:AddUser", APP), timeout=DEADLINE).allowed
        assert megabytes(sidecar.process.pid) - before < 100


def test_a_client_that_never_reads_its_stream_stalls_nobody_else():
    with Sidecar(EXAMPLE) as sidecar:
        sent = itertools.count()
        stop = threading.Event()

        def questions():
            while not stop.is_set():
                next(sent)
                yield check_request(user(100001), "im:RemoveUser", LONG)

        before = megabytes(sidecar.process.pid)
        unread = sidecar.stub_on(sidecar.tcp).StreamCheck(questions(), timeout=60)
        try:
            seen = -1
            while seen != (seen := sidecar.metrics().get(("authz_calls_total", "OK", "StreamCheck"), 0)) or not seen:
                for _ in range(50):  # until the stream stands still, and all the while
                    assert sidecar.check(user(100003), "im:AddUser", APP).allowed
            assert megabytes(sidecar.process.pid) - before < 50
        finally:
            stop.set()
            unread.cancel()


def test_one_connection_may_ask_and_wait_for_much_and_give_it_all_up():
    asked = check_request(user(100003), "im:AddUser", APP)
    later = check_request(user(100003), "im:AddUser", APP, at_least_revision=later_revision())
    with Sidecar(EXAMPLE, "--max-in-flight", "4000") as sidecar:
        assert sum(answer.allowed for answer in sidecar.stub.StreamCheck(iter([asked] * 10_000), timeout=60)) == 10_000
        waiting = [sidecar.stub.Check.future(later, timeout=DEADLINE) for _ in range(2000)]
        # A client keeps those back that are more than it may open.
        eventually(lambda: sidecar.metrics()["authz_in_flight",] >= 1000)
        for each in waiting:
            each.cancel()
        eventually(lambda: sidecar.metrics()["authz_in_flight",] == 0)
        assert sidecar.stub.Check(asked, timeout=DEADLINE).allowed
        assert not [each for each in sidecar.log() if each["event"] == "peer at fault"]
