"""The demo as a person uses it: what it prints works as printed, and however it ends, nothing is left behind."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.app.demo.demo_process import DemoProcess
from tests.waiting import DEADLINE, eventually

pytestmark = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="its processes are found in /proc")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with DemoProcess(tmp_path_factory.mktemp("demo")) as running:
        yield running


class Terminal:
    """A second terminal, into which paragraphs are pasted."""

    def __init__(self, demo, folder):
        self._environment = {**demo.environment, "PWD": str(folder)}
        self._folder = folder
        self._exports = []

    def paste(self, text):
        """Run a paragraph as printed; what it prints."""
        self._exports += [line for line in text.splitlines() if line.startswith("export ")]
        whole = "\n".join([*self._exports, text])
        ended = subprocess.run(
            ["sh", "-c", whole],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )
        assert ended.stderr == ""
        return ended.stdout


def test_what_is_printed_works_as_printed(demo, tmp_path):
    exports, denied, attach, detach, api = demo.script
    terminal = Terminal(demo, tmp_path)
    terminal.paste(exports)
    assert terminal.paste(denied).startswith("denied: no statement allows it")
    attached = terminal.paste(attach)
    assert attached.startswith("policy QcloudAVCFullAccess is attached to user leo")
    check = attach.splitlines()[-1]
    assert check == denied
    eventually(lambda: terminal.paste(check).startswith("allowed"))
    assert terminal.paste(detach).startswith("policy QcloudAVCFullAccess is detached from user leo")
    eventually(lambda: terminal.paste(check).startswith("denied"))
    users = json.loads(terminal.paste(api))["Response"]["Data"]
    assert {"alice", "leo", "nina"} <= {each["Name"] for each in users}


def test_the_command_of_tccli_that_is_named_is_one(demo):
    [line] = [line for line in demo.output.splitlines() if line.startswith("# tccli")]
    assert line.endswith(f"--endpoint {demo.printed('CAM API')}")


def test_its_folder_is_private_and_its_logs_hold_no_secret(demo):
    [folder] = demo.temporary.glob("authz-demo-*")
    assert folder.stat().st_mode & 0o077 == 0
    exports = [line for line in demo.output.splitlines() if line.startswith("export TENCENTCLOUD_SECRET_KEY=")]
    secrets = [exports[0].partition("=")[2], demo.printed("root account").rpartition(" ")[2]]
    logs = {each.name: each.read_text() for each in folder.glob("*.log")}
    assert set(logs) == {"sidecar.log", "control-plane.log"}
    assert not any(secret in text for secret in secrets for text in logs.values())
    commands = [Path(f"/proc/{each}/cmdline").read_text() for each in demo.group()]
    assert len(commands) == 3
    assert not any(secret in text for secret in secrets for text in commands)


def is_refused(address):
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def assert_nothing_is_left(demo):
    assert demo.group() == []
    assert list(demo.temporary.iterdir()) == []
    assert is_refused(demo.printed("CAM API").removeprefix("http://"))


@pytest.mark.parametrize("end", ["Ctrl-C", "SIGTERM", "closed terminal"])
def test_a_signal_ends_it_and_leaves_nothing(end, tmp_path):
    path = tmp_path / "sidecar.sock"
    with DemoProcess(tmp_path, listen=f"unix:{path}") as demo:
        assert path.is_socket()
        if end == "Ctrl-C":
            os.killpg(demo.process.pid, signal.SIGINT)  # as a terminal sends it, to the whole group
        else:
            os.kill(demo.process.pid, signal.SIGTERM if end == "SIGTERM" else signal.SIGHUP)
        assert demo.process.wait(DEADLINE) == 0
        assert_nothing_is_left(demo)
        assert not path.exists()
        assert "Traceback" not in demo.output


def test_a_signal_while_it_starts_leaves_nothing(tmp_path):
    demo = DemoProcess(tmp_path)
    demo.start()
    eventually(lambda: list(demo.temporary.iterdir()))
    os.killpg(demo.process.pid, signal.SIGINT)
    assert demo.process.wait(DEADLINE) == 0
    assert demo.output == ""
    assert demo.group() == []
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.parametrize("role", ["sidecar", "control-plane"])
def test_it_ends_when_one_of_its_processes_does(role, tmp_path):
    with DemoProcess(tmp_path) as demo:
        os.kill(demo.child(role), signal.SIGKILL)
        assert demo.process.wait(DEADLINE) == 1
        assert f"authz: the {role.replace('-', ' ')} ended with status -9" in demo.output
        assert_nothing_is_left(demo)


def test_its_processes_end_with_it_even_if_it_is_killed(tmp_path):
    with DemoProcess(tmp_path) as demo:
        demo.process.kill()
        assert demo.process.wait(DEADLINE) == -signal.SIGKILL
        eventually(lambda: demo.group() == [])


def test_an_address_that_is_taken_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        demo = DemoProcess(tmp_path, listen=address)
        demo.start()
        assert demo.process.wait(DEADLINE) == 1
    assert demo.output.startswith(f"authz: the sidecar cannot start: cannot listen on `{address}`")
    assert demo.group() == []
    assert list(demo.temporary.iterdir()) == []


def test_a_folder_that_is_kept_goes_on_where_it_ended(tmp_path):
    kept = tmp_path / "kept" / "here"
    with DemoProcess(tmp_path, "--keep", str(kept)) as demo:
        assert demo.printed("database") == f"sqlite:///{kept}/demo.db"
        Terminal(demo, tmp_path).paste("\n".join([demo.script[0], demo.script[2].splitlines()[0]]))
    assert kept.joinpath("demo.db").is_file()
    assert list(demo.temporary.iterdir()) == []
    with DemoProcess(tmp_path, "--keep", str(kept)) as demo:
        exports, check, *_ = demo.script
        assert Terminal(demo, tmp_path).paste(f"{exports}\n{check}").startswith("allowed")
        assert "its password and key were shown when the database was made" in demo.output
        assert "TENCENTCLOUD_SECRET_KEY" not in demo.output
