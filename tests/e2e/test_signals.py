"""Signals end a sidecar in order, however many come and whenever, or make it read everything anew; none kills it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_shutdown import BATCH, QUESTION, Clients
from tests.sidecar import EXAMPLE, ROOT, Sidecar, write_account
from tests.waiting import DEADLINE, eventually

STOPPING = [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT]
ALL = [*STOPPING, signal.SIGHUP]

pytestmark = pytest.mark.usefixtures("transport")


def bombard(process, numbers):
    """Signals without a pause, until the process is gone; its exit status."""

    def is_gone():
        for number in numbers:
            process.send_signal(number)
        return process.poll() is not None

    eventually(is_gone)
    return process.returncode


@pytest.mark.parametrize(("number", "workers"), [*((number, 1) for number in STOPPING), (signal.SIGTERM, 2)])
def test_any_number_of_signals_drains_and_ends_with_0(number, workers):
    with Sidecar(EXAMPLE, workers=workers, notice=0.3) as sidecar:
        socket = Path(sidecar.socket.removeprefix("unix:"))
        assert socket.exists() == (workers == 1)
        assert bombard(sidecar.process, [number]) == 0
        assert sidecar.wait_for_log("stopped")
        assert not socket.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mixture_of_signals_cuts_no_call(workers):
    clients = Clients()
    with Sidecar(EXAMPLE, workers=workers, notice=0.3) as sidecar:
        for _ in range(3):
            stub = sidecar.stub_on(sidecar.tcp)
            clients.start("Check", lambda stub=stub: stub.Check(QUESTION, timeout=DEADLINE))
            clients.start("BatchCheck", lambda stub=stub: stub.BatchCheck(BATCH, timeout=DEADLINE))
        eventually(lambda: clients.answered["Check"] > 200 and clients.answered["BatchCheck"] > 20)
        assert bombard(sidecar.process, ALL) == 0
        clients.join()
        told = sum((event["answered"]["Check"] for event in sidecar.log() if "answered" in event), 0)
    assert told == clients.answered["Check"]
    assert set(clients.failures) <= {"UNAVAILABLE", "CANCELLED"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_whole_process_group_may_be_told_at_once(workers):
    """As by Ctrl-C on a terminal: workers hear it from there and from their supervisor."""
    command = [
        sys.executable,
        "-m",
        "authz",
        "serve",
        str(EXAMPLE),
        "--listen",
        "127.0.0.1:0",
        "--workers",
        str(workers),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    try:
        while '"serving"' not in process.stderr.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGHUP)
        os.killpg(process.pid, signal.SIGINT)
        os.killpg(process.pid, signal.SIGINT)
        log = process.communicate(timeout=DEADLINE)[1]
        assert process.returncode == 0, log
        assert "reading everything anew" in log
        assert "Traceback" not in log
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_hangup_reads_everything_anew_and_serves_on(tmp_path, workers):
    users = [{"uin": "100001", "policies": ["p"]}]
    source = write_account(tmp_path, {"p": [{"effect": "allow", "action": "im:*", "resource": "*"}]}, users=users)
    with Sidecar(source, "--no-watch", workers=workers) as sidecar:
        stub = sidecar.stub_on(sidecar.tcp)
        assert stub.Check(QUESTION, timeout=DEADLINE).allowed
        write_account(source, users=[{"uin": "100001"}])
        sidecar.process.send_signal(signal.SIGHUP)
        sidecar.wait_for_log("reading everything anew")
        eventually(lambda: not stub.Check(QUESTION, timeout=DEADLINE).allowed)
        assert sidecar.stop() == 0


def test_signals_during_the_start_are_heard(tmp_path):
    socket = tmp_path / "a.sock"
    command = [sys.executable, "-m", "authz", "serve", str(EXAMPLE), "--listen", f"unix:{socket}"]
    for number in STOPPING:
        process = subprocess.Popen([*command, "--shutdown-notice", "0"], stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            eventually(socket.exists)
            process.send_signal(signal.SIGHUP)
            assert bombard(process, [number]) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        assert not socket.exists()


def test_a_worker_that_is_told_to_stop_is_replaced():
    with Sidecar(EXAMPLE, workers=2) as sidecar:
        assert sidecar.stub_on(sidecar.tcp).Check(QUESTION, timeout=DEADLINE).allowed
        children = Path(f"/proc/{sidecar.process.pid}/task/{sidecar.process.pid}/children").read_text().split()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGTERM):
            os.kill(int(children[0]), number)
        assert sidecar.wait_for_log("a worker died")["status"] == 0
        assert sidecar.stop() == 0
