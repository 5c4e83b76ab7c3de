"""SIGTERM under load: what was accepted is answered, and the process ends with 0."""

import subprocess
import sys
import threading
import time
from collections import Counter

import grpc
import pytest
from grpc_health.v1 import health_pb2

from authz.v1 import authz_pb2
from tests.builders import APP_1
from tests.sidecar import EXAMPLE, Sidecar, check_request, eventually, later_revision, user
from tests.waiting import DEADLINE, FOREVER

QUESTION = check_request(user(), "im:AddUser", APP_1)
BATCH = authz_pb2.BatchCheckRequest(checks=[QUESTION] * 10)

pytestmark = pytest.mark.usefixtures("transport")


class Clients:
    """Threads that ask until they are turned away, counting what they were told."""

    def __init__(self):
        self.answered = Counter()
        self.failures = Counter()
        self._lock = threading.Lock()
        self._threads = []

    def start(self, name, ask):
        def run():
            while True:
                try:
                    ask()
                except grpc.RpcError as error:
                    with self._lock:
                        self.failures[error.code().name] += 1
                    return
                with self._lock:
                    self.answered[name] += 1

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def join(self):
        for thread in self._threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()


def test_every_call_that_was_answered_arrived():
    clients = Clients()
    with Sidecar(EXAMPLE, notice=0.2) as sidecar:
        for address in (sidecar.socket, sidecar.tcp) * 3:
            stub = sidecar.stub_on(address)
            clients.start("Check", lambda stub=stub: stub.Check(QUESTION, timeout=DEADLINE))
            clients.start("BatchCheck", lambda stub=stub: stub.BatchCheck(BATCH, timeout=DEADLINE))
        stream = iter(sidecar.stub_on(sidecar.socket).WatchRevision(authz_pb2.WatchRevisionRequest()))
        clients.start("WatchRevision", lambda: next(stream))
        eventually(lambda: clients.answered["Check"] > 500 and clients.answered["BatchCheck"] > 50)
        assert sidecar.stop() == 0
        clients.join()
        told = sidecar.wait_for_log("stopped")["answered"]
    assert {name: told[name] for name in clients.answered} == dict(clients.answered)
    # A call that arrives while the listener closes is turned away by the transport, unanswered.
    assert set(clients.failures) <= {"UNAVAILABLE", "CANCELLED"}


def test_a_call_that_waits_for_a_revision_is_not_cut_off():
    failures = []
    with Sidecar(EXAMPLE, notice=0.1) as sidecar:
        later = check_request(user(), "im:AddUser", APP_1, at_least_revision=later_revision())
        call = sidecar.stub.Check.future(later, timeout=DEADLINE)
        eventually(lambda: sidecar.metrics()["authz_in_flight",] == 1)
        assert sidecar.stop() == 0
        with pytest.raises(grpc.RpcError) as caught:
            call.result(DEADLINE)
        failures.append(caught.value.code())
    assert failures == [grpc.StatusCode.UNAVAILABLE]


def test_an_idle_stream_ends_with_the_server_and_does_not_hold_it_up():
    with Sidecar(EXAMPLE) as sidecar:
        ended = threading.Event()

        def questions():
            yield QUESTION
            ended.wait(DEADLINE)

        stream = iter(sidecar.stub.StreamCheck(questions()))
        assert next(stream).allowed
        assert sidecar.stop() == 0
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        ended.set()


def test_balancers_are_told_before_anything_is_refused():
    with Sidecar(EXAMPLE, notice=FOREVER) as sidecar:
        watch = iter(sidecar.health.Watch(health_pb2.HealthCheckRequest(), timeout=DEADLINE))
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        sidecar.process.terminate()
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert sidecar.check(user(), "im:AddUser", APP_1).allowed
        assert sidecar.get("/readyz")[0] == 503
        sidecar.process.kill()  # that it ends by itself after a notice is shown above
        sidecar.process.wait(DEADLINE)


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.01, 0.02, 0.03, 0.1])
def test_a_stop_during_the_start_is_heard(tmp_path, delay):
    socket = tmp_path / "a.sock"
    command = [sys.executable, "-m", "authz", "serve", str(EXAMPLE), "--listen", f"unix:{socket}"]
    process = subprocess.Popen([*command, "--shutdown-notice", "0"], stderr=subprocess.DEVNULL)
    try:
        eventually(socket.exists)
        time.sleep(delay)  # not to wait for anything: to meet the start at different points
        process.terminate()
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
    assert not socket.exists()
