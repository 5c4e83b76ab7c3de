"""Several real worker processes on one port."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import pytest

from authz.v1 import authz_pb2_grpc
from tests.sidecar import DEADLINE, ROOT, Sidecar, check_request, eventually, user, write_account

GRANT = [{"effect": "allow", "action": "im:*", "resource": "*"}]
USERS = [{"uin": "100001", "policies": ["p"]}]
APART = [("grpc.use_local_subchannel_pool", 1)]  # a connection for each channel, so that all workers are asked


@pytest.fixture
def source(tmp_path):
    return write_account(tmp_path, {"p": GRANT}, users=USERS)


def children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def ask(sidecar, **fields):
    """One answer over a connection of its own."""
    with grpc.insecure_channel(sidecar.tcp, options=APART) as channel:
        question = check_request(user(), "im:AddUser", **fields)
        return authz_pb2_grpc.AuthorizationServiceStub(channel).Check(question, timeout=DEADLINE)


def test_all_workers_serve_the_same_revision_and_each_change(source):
    with Sidecar(source, workers=2) as sidecar:
        assert len(children(sidecar.process.pid)) == 2
        [before] = {ask(sidecar).revision for _ in range(20)}
        write_account(source, users=[{"uin": "100001"}])
        after = eventually(lambda: next((a.revision for a in [ask(sidecar)] if not a.allowed), None))
        answers = [ask(sidecar, at_least_revision=after) for _ in range(20)]
        assert {(each.allowed, each.revision) for each in answers} == {(False, after)}
        assert int(after) > int(before)


def test_one_view_of_metrics_counts_every_call(source):
    with Sidecar(source, workers=2) as sidecar:
        for _ in range(30):
            ask(sidecar)
        # A worker that is late with its figures is counted with its last ones.
        eventually(lambda: sidecar.metrics()["authz_calls_total", "Check", "OK"] == 30)
        metrics = sidecar.metrics()
        assert metrics["authz_calls_total", "Check", "OK"] == 30
        assert metrics["authz_cache_hits_total",] + metrics["authz_cache_misses_total",] == 30
        assert metrics["authz_workers",] == 2


def test_a_killed_worker_loses_only_the_calls_under_way_and_is_back_soon(source):
    with Sidecar(source, workers=2) as sidecar:
        failed, answered, stop = [], [], threading.Event()

        def client():
            with grpc.insecure_channel(sidecar.tcp, options=APART) as channel:
                stub = authz_pb2_grpc.AuthorizationServiceStub(channel)
                while not stop.is_set():
                    try:
                        stub.Check(check_request(user(), "im:AddUser"), timeout=DEADLINE, wait_for_ready=True)
                        answered.append(1)
                    except grpc.RpcError as error:
                        failed.append(error.code())

        clients = [threading.Thread(target=client) for _ in range(8)]
        for each in clients:
            each.start()
        eventually(lambda: len(answered) > 100)
        counted = sidecar.metrics()["authz_calls_total", "Check", "OK"]
        victim = children(sidecar.process.pid)[0]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: victim not in (now := children(sidecar.process.pid)) and len(now) == 2)
        eventually(lambda: sidecar.metrics()["authz_workers",] == 2)
        more = len(answered)
        eventually(lambda: len(answered) > more + 100)
        stop.set()
        for each in clients:
            each.join()
        assert len(failed) <= len(clients)
        assert set(failed) <= {grpc.StatusCode.UNAVAILABLE}
        assert sidecar.metrics()["authz_calls_total", "Check", "OK"] >= counted
        assert sidecar.metrics()["authz_worker_restarts_total",] == 1


def test_it_drains_all_workers_and_ends_with_status_0(source):
    with Sidecar(source, workers=2, notice=0.2) as sidecar:
        workers = children(sidecar.process.pid)
        sidecar.process.send_signal(signal.SIGTERM)
        assert sidecar.process.wait(DEADLINE) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_workers_do_not_outlive_their_supervisor(source):
    with Sidecar(source, workers=2) as sidecar:
        workers = children(sidecar.process.pid)
        sidecar.process.kill()
        sidecar.process.wait(DEADLINE)
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_a_unix_socket_cannot_be_shared_and_the_message_says_so(source, tmp_path):
    command = [sys.executable, "-m", "authz", "serve", str(source), "--workers", "2", "--listen", f"unix:{tmp_path}/s"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=DEADLINE)
    assert ended.returncode == 1
    assert "use one worker" in ended.stderr
