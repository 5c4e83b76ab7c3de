"""Metrics are exactly what happened."""

import random
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from authz.v1 import authz_pb2
from tests.sidecar import EXAMPLE, Sidecar, check_request, eventually, reason, user
from tests.waiting import DEADLINE

APP = "qcs::im::uin/12345678:sdkappid/1400000001"
QUESTIONS = [
    check_request(user(number), action, APP)
    for number in (100001, 100003, 100012, 999999)
    for action in ("im:AddUser", "im:RemoveUser", "im:DescribeSdkAppInfo")
]
QUESTIONS.append(check_request("qcs::cam::uin/12345678:root", "im:AddUser", APP))
WRONG = authz_pb2.CheckRequest(principal="nobody", action="im:AddUser", resource="*")

pytestmark = pytest.mark.usefixtures("transport")


class Heard:
    """What clients heard, by the labels that the metrics should have."""

    def __init__(self):
        self.calls = Counter()
        self.decisions = Counter()

    def answer(self, response):
        self.decisions["allowed" if response.allowed else "denied", reason(response)] += 1

    def check(self, stub, question):
        try:
            self.answer(stub.Check(question, timeout=DEADLINE))
            self.calls["Check", "OK"] += 1
        except grpc.RpcError as error:
            self.calls["Check", error.code().name] += 1

    def batch(self, stub, questions):
        for result in stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=questions), timeout=DEADLINE).results:
            if result.HasField("error"):
                self.decisions["error", grpc_name(result.error.code)] += 1
            else:
                self.answer(result.response)
        self.calls["BatchCheck", "OK"] += 1

    def stream(self, stub, questions):
        for response in stub.StreamCheck(iter(questions), timeout=DEADLINE):
            self.answer(response)
            self.calls["StreamCheck", "OK"] += 1

    def explain(self, stub, question):
        stub.Explain(authz_pb2.ExplainRequest(check=question), timeout=DEADLINE)
        self.calls["Explain", "OK"] += 1


def grpc_name(code):
    return next(each.name for each in grpc.StatusCode if each.value[0] == code)


def ask(stub, heard, seed, calls):
    draw = random.Random(seed)
    for _ in range(calls):
        some = [draw.choice([*QUESTIONS, WRONG]) for _ in range(draw.randrange(1, 8))]
        kind = draw.choices(["check", "batch", "stream", "explain"], [20, 3, 1, 1])[0]
        if kind == "check":
            heard.check(stub, some[0])
        elif kind == "batch":
            heard.batch(stub, some)
        else:
            good = [each for each in some if each is not WRONG] or [QUESTIONS[0]]
            heard.stream(stub, good) if kind == "stream" else heard.explain(stub, good[0])


@pytest.mark.parametrize(("workers", "total"), [(1, 10_000), (2, 2_000)])
def test_after_thousands_of_mixed_calls_every_label_has_its_number(workers, total):
    connections = 8
    calls = total // connections
    all_heard = [Heard() for _ in range(connections)]
    with Sidecar(EXAMPLE, workers=workers) as sidecar, ThreadPoolExecutor(connections) as threads:
        stubs = [sidecar.stub_on(sidecar.tcp) for _ in range(connections)]
        list(threads.map(ask, stubs, all_heard, range(connections), [calls] * connections))
        told = sum((heard.calls for heard in all_heard), Counter())
        decided = sum((heard.decisions for heard in all_heard), Counter())
        # A worker that is late with its figures is counted with its last ones.
        eventually(lambda: labelled(sidecar.metrics(), "authz_calls_total") == sorted_labels(told))
        samples = sidecar.metrics()
    assert labelled(samples, "authz_calls_total") == sorted_labels(told)
    assert labelled(samples, "authz_decisions_total") == sorted_labels(decided)
    decisions = sum(n for (outcome, _), n in decided.items() if outcome != "error")
    assert samples["authz_cache_hits_total",] + samples["authz_cache_misses_total",] == decisions
    assert {(method, "OK"): samples["authz_check_seconds_count", method] for method, code in told if code == "OK"} == {
        key: n for key, n in told.items() if key[1] == "OK"
    }
    assert (samples["authz_in_flight",], samples["authz_workers",]) == (0, workers)


def test_faults_of_peers_are_counted_by_their_kind_whichever_worker_saw_them(monkeypatch):
    monkeypatch.setenv("AUTHZ_SERVE_TRANSPORT", "native")
    with Sidecar(EXAMPLE, workers=2) as sidecar:
        host, _, port = sidecar.tcp.rpartition(":")
        for _ in range(16):
            with socket.create_connection((host, int(port)), DEADLINE) as peer:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                while peer.recv(100):
                    pass
        eventually(lambda: labelled(sidecar.metrics(), "authz_peer_faults_total") == {frozenset({"protocol"}): 16})
        assert sidecar.metrics()["authz_peer_faults_total", "pings"] == 0


def labelled(samples, name):
    """Samples of one family that are not zero."""
    return {frozenset(key[1:]): value for key, value in samples.items() if key[0] == name and value}


def sorted_labels(counts):
    return {frozenset(key): value for key, value in counts.items()}
