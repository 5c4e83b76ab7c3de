"""What 10,000 hostile connections make a sidecar keep: `python -m tests.load.crowds [--count N] [--only TEXT]`.

Each state has a sidecar of its own. A client that behaves asks at a steady rate, calm and while the crowd stands, by a
connection that it had before, and not before the sidecar has worked through what the crowd said: what bursts of calls
do to others is what `tests.load.attacks` shows. Then a newcomer connects until it is served, once a second, ten times
at most. Memory is the process's own and its share of what it shares (PSS): at rest, at its most, and when the crowd is
gone.

`--code` is a checkout whose sidecar is measured instead of this one, `--loop` the event loop: the fastest or asyncio's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Connection, ask_at_a_rate
from authz.cli.bench.process import free_port
from authz.cli.bench.table import show
from authz.cli.bench.workload import write_accounts
from authz.errors import AuthzError
from tests.certificates import Authority
from tests.load.crowd import STATES
from tests.waiting import BRIEF, DEADLINE, eventually

_TRIES = 10
_IDLE_CPU_SECONDS = 0.05  # in a second
_CHECK = "/authz.v1.AuthorizationService/Check"
_WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; "
_MAIN = "from authz.cli.main import main; main()"
_ROOT = Path(__file__).parents[2]


def memory(pid):
    """Bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel tells no PSS")


def cpu_seconds(pid):
    """What a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rest(pid):
    """Wait until a process does next to nothing, two minutes at most."""
    end = time.monotonic() + 2 * DEADLINE
    before, is_busy = cpu_seconds(pid), True
    while is_busy and time.monotonic() < end:
        time.sleep(1.0)
        now = cpu_seconds(pid)
        before, is_busy = now, now - before > _IDLE_CPU_SECONDS


class Watched:
    """The most memory that a process has while this lasts, looked at some times a second."""

    def __init__(self, pid):
        self._pid, self._over = pid, threading.Event()
        self.most = memory(pid)
        self._thread = threading.Thread(target=self._look)

    def _look(self):
        while not self._over.wait(BRIEF):
            self.most = max(self.most, memory(self._pid))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


class Sidecar:
    """One process with a door of each kind."""

    def __init__(self, folder, code, loop, is_secure, transport=None, connections=None):
        self.doors = {name: f"127.0.0.1:{free_port()}" for name in ("plain", "probes", "http")}
        self.doors["tls"] = self.doors["plain"]
        self.address = f"unix:{folder}/socket"
        program = (_WITHOUT_UVLOOP if loop == "asyncio" else "") + _MAIN
        command = [sys.executable, "-c", program, "serve", str(folder / "accounts"), "--shutdown-notice", "0"]
        command += ["--listen", self.address, "--listen", self.doors["plain"]]
        command += ["--transport", transport] if transport else []
        command += ["--max-connections", str(connections)] if connections else []
        command += ["--health-listen", self.doors["probes"], "--http", self.doors["http"]]
        if is_secure:
            certificate, key = Authority().issue("localhost", "localhost")
            for name, content in (("cert", certificate), ("key", key)):
                (folder / name).write_bytes(content)
                command += [f"--tls-{name}", str(folder / name)]
        environment = {**os.environ, "PYTHONPATH": str(code)}
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=log, cwd=code, env=environment)
        eventually(lambda: self.process.poll() is not None or "serving" in (folder / "log").read_text())
        if self.process.poll() is not None:
            raise SystemExit((folder / "log").read_text())

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def caller(self):
        """A client on the Unix socket, which asked already."""
        connection = Connection(self.address, _CHECK)
        ask_at_a_rate(connection, questions.warm(200), 500)
        return connection

    def tries_of_a_newcomer(self):
        """Until it is served; None if it was not."""
        for number in range(1, _TRIES + 1):
            try:
                self.caller().close()
            except (AuthzError, OSError):
                time.sleep(1.0)
            else:
                return number
        return None


def p99(connection, seconds, rate):
    """Seconds, and the share of calls that failed: all, if the server hangs up."""
    try:
        figures = ask_at_a_rate(connection, questions.warm(round(seconds * rate)), rate)
    except (AuthzError, OSError):
        return float("nan"), 1.0
    return figures.percentile(0.99), figures.failed / (figures.failed + figures.answered)


@contextmanager
def crowd(address, state, count):
    """The process that holds the connections."""
    command = [sys.executable, "-m", "tests.load.crowd", address, state, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def measured(state, asked):
    """One row."""
    door = STATES[state].door
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_accounts(folder / "accounts", questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        with closing(Sidecar(folder, asked.code, asked.loop, door == "tls", asked.transport, asked.places)) as sidecar:
            caller = sidecar.caller()
            calm, _ = p99(caller, asked.seconds, asked.rate)
            before = memory(sidecar.process.pid)
            with Watched(sidecar.process.pid) as watched, crowd(sidecar.doors[door], state, asked.count) as process:
                process.stdin.write("\n")
                process.stdin.flush()
                standing = json.loads(process.stdout.readline())
                rest(sidecar.process.pid)
                attacked, refused = p99(caller, asked.seconds, asked.rate)
                stands = memory(sidecar.process.pid)
                tries = sidecar.tries_of_a_newcomer()
            caller.close()
            time.sleep(asked.rest)
            after = memory(sidecar.process.pid)
    grown = watched.most - before
    return {
        "state": state, "connections": asked.count, "standing": standing["alive"],
        "at rest MB": before / 1e6, "most MB": watched.most / 1e6, "more MB": grown / 1e6,
        "standing MB": (stands - before) / 1e6, "KB each": grown / asked.count / 1e3, "gone MB": (after - before) / 1e6,
        "p99 calm ms": calm * 1e3, "p99 ms": attacked * 1e3, "refused %": 100 * refused,
        "newcomer's tries": tries or "not served",
    }  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--rest", type=float, default=5.0, help="seconds until it is looked at what is left")
    parser.add_argument("--only", default="", help="states whose name contains this, or one of several, by `|`")
    parser.add_argument("--loop", choices=["fastest", "asyncio"], default="fastest")
    parser.add_argument("--transport", help="that of the checkout's default, if not given")
    parser.add_argument("--places", type=int, help="the sidecar's --max-connections, if given")
    parser.add_argument("--code", type=Path, default=_ROOT)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    names = [each for each in STATES if any(part in each for part in asked.only.split("|"))]
    show([measured(each, asked) for each in names], asked.json)


if __name__ == "__main__":
    main()
