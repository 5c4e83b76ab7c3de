"""A real `authz demo` for tests, in a process group of its own, with all that it makes in one folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from authz.app.demo.guide import SCRIPT
from tests.sidecar import ROOT
from tests.waiting import DEADLINE, eventually


class DemoProcess:
    """`with DemoProcess(folder) as demo:` runs it until the block ends; its temporary folder is made in `folder`."""

    def __init__(self, folder, *options, listen="127.0.0.1:0"):
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._output = folder / "output.txt"
        self._command = [sys.executable, "-m", "authz", "demo", "--http", "127.0.0.1:0", "--listen", listen, *options]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AUTHZ_")}
        self.environment = {**inherited, "TMPDIR": str(self.temporary), "PYTHONUNBUFFERED": "1"}

    def __enter__(self):
        self.start()
        eventually(self._is_announced)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        finally:
            for each in self.group():
                os.kill(each, signal.SIGKILL)

    def start(self):
        """Start it without waiting until it serves."""
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                self._command, stdout=output, stderr=output, cwd=ROOT, env=self.environment, start_new_session=True
            )

    def _is_announced(self):
        assert self.process.poll() is None, self.output
        return SCRIPT in self.output and self.output.endswith("\n")

    @property
    def output(self):
        """Everything that it has printed."""
        return self._output.read_text()

    @property
    def script(self):
        """What it asks to paste, by paragraphs: each without its comments."""
        paragraphs = self.output.partition(SCRIPT)[2].strip().split("\n\n")
        lines = [[line for line in each.splitlines() if not line.startswith("#")] for each in paragraphs]
        return ["\n".join(each) for each in lines if each]

    def printed(self, name):
        """The value of a line `name: value`."""
        found = [line for line in self.output.splitlines() if line.startswith(f"{name}:")]
        return found[0].partition(":")[2].strip()

    def group(self):
        """The living processes of its group, itself among them."""
        return [
            int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal() and self._is_member(each.name)
        ]

    def _is_member(self, process):
        try:
            state, _, group = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            return False
        return int(group) == self.process.pid and state != "Z"

    def child(self, role):
        """The id of its process of a role, once there is one."""

        def found():
            return next((each for each in self.group() if role.encode() in self._arguments(each)), None)

        return eventually(found)

    @staticmethod
    def _arguments(process):
        try:
            return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return []
