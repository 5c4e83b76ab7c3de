"""How soon a change on disk is in force, what it costs, and what others notice of it.

    python -m tests.load.reload [--changes 50] [--workers 2] [--python OTHER/bin/python] [--only edit-10000]

A client asks one question over and over, on one connection: from its answers comes the time of each change, and how
long calls take meanwhile, beside as long a time without changes in the same run. What a change costs the sidecar is
measured without the client, and so is what it costs to do nothing (`--idle 60`). `--python` is the interpreter of
another installation, to compare with. Figures of a busy machine are noisy: look at ratios of one run.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from tests.waiting import DEADLINE, eventually

UIN, USER = "10000000", "100001"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class World:
    """A source of so many accounts, of which the first has so many policies and users; all others have ten."""

    accounts: int
    policies: int

    def build(self, root):
        for number in range(self.accounts):
            uin = str(int(UIN) + number)
            size = self.policies if uin == UIN else 10
            write_account(root / uin, uin, size)
        return root / UIN


def write_account(folder, uin, size):
    (folder / "policies").mkdir(parents=True)
    for at in range(size):
        (folder / "policies" / f"p{at}.json").write_text(policy(f"qcs::im::uin/{uin}:sdkappid/{1400000000 + at}"))
    write_attachments(folder, uin, size, ["p0"])


def write_attachments(folder, uin, size, first, groups=()):
    """Every user holds one policy; the first one those given, and is in these groups."""
    lines = [f'account: "{uin}"', "groups:", "- name: senders", "  policies: [p0]", "users:"]
    for at in range(size):
        lines += [f'- uin: "{int(USER) + at}"', f"  name: user-{at}"]
        lines += [f"  policies: [{', '.join(first) if at == 0 else f'p{at}'}]"]
        lines += [f"  groups: [{', '.join(groups)}]"] if at == 0 else []
    new = folder / ".attachments.new"
    new.write_text("\n".join(lines) + "\n")
    new.rename(folder / "attachments.yaml")


def policy(resource, effect="allow", *more):
    statement = {"effect": effect, "action": ["name/im:*"], "resource": [resource, *more]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def edit(root, _size, allowed):
    text = policy(f"qcs::im::uin/{UIN}:sdkappid/1400000000", "allow" if allowed else "deny")
    (root / "policies" / "p0.json").write_text(text)


def rename(root, _size, allowed):
    text = policy(f"qcs::im::uin/{UIN}:sdkappid/1400000000", "allow" if allowed else "deny")
    (root / "policies" / ".new").write_text(text)
    (root / "policies" / ".new").rename(root / "policies" / "p0.json")


def detach(root, size, allowed):
    write_attachments(root, UIN, size, ["p0"] if allowed else [])


def membership(root, size, allowed):
    write_attachments(root, UIN, size, [], ["senders"] if allowed else [])


def replace(root, size, allowed):
    """Another folder takes the place of the account's, with every file of it new and one of them different."""
    other = root.parent / f".{UIN}.next"
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root, other)
    edit(other, size, allowed)
    return exchanged(root, other)


def exchanged(root, other):
    """Put a folder in another one's place; the other one, which is to be deleted."""
    before = root.rename(root.parent / f".{UIN}.{time.time_ns()}")
    other.rename(root)
    return before


def replace_all(root, size, allowed):
    """Another folder takes the place of the account's, in which every policy has a text that was never there before."""
    other = root.parent / f".{UIN}.next"
    write_account(other, UIN, size)
    version = f"qcs::im::uin/{UIN}:sdkappid/{time.time_ns()}"
    for at in range(size):
        own = f"qcs::im::uin/{UIN}:sdkappid/{1400000000 + at}"
        effect = "allow" if allowed or at else "deny"
        (other / "policies" / f"p{at}.json").write_text(policy(own, effect, version))
    return exchanged(root, other)


def swap(root, size, allowed):
    """As the kubelet does: a new folder, then the `..data` link is put onto it in one step."""
    if not (root / "..data").is_symlink():
        shutil.rmtree(root)
        root.mkdir()
        for name in [f"p{at}.json" for at in range(size)] + ["attachments.yaml"]:
            (root / name).symlink_to(f"..data/{name}")
    version = root / f"..{time.time_ns()}"
    write_account(version, UIN, size)
    edit(version, size, allowed)
    for file in (version / "policies").iterdir():
        file.rename(version / file.name)
    before = (root / "..data").resolve()
    (root / "..tmp").symlink_to(version.name)
    (root / "..tmp").rename(root / "..data")
    return before if before.name.startswith("..1") else None


CASES = {
    **{f"edit-{size}": (World(1, size), edit) for size in (100, 1000, 10000)},
    **{f"edit-in-{number}-accounts": (World(number, 10), edit) for number in (1, 1000, 10000)},
    **{f"{change.__name__}-{size}": (World(2, size), change) for change in (rename, detach, membership, swap, replace)
       for size in (10, 1000)},
    "detach-10000": (World(1, 10000), detach),
    "replace-10000": (World(2, 10000), replace),
    "replace_all-10000": (World(2, 10000), replace_all),
}  # fmt: skip


class Client:
    """Asks one question over and over; keeps when the answer turned, and how long each call took and when."""

    def __init__(self, address):
        from authz.v1 import authz_pb2, authz_pb2_grpc  # noqa: PLC0415 - beside the sidecar's

        self._channel = grpc.insecure_channel(address)
        self._stub = authz_pb2_grpc.AuthorizationServiceStub(self._channel)
        resource = f"qcs::im::uin/{UIN}:sdkappid/1400000000"
        principal = f"qcs::cam::uin/{UIN}:uin/{USER}"
        self._question = authz_pb2.CheckRequest(principal=principal, action="im:AddUser", resource=resource)
        self.allowed = None
        self.turned_at = 0.0
        self.seconds = []
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def ask(self):
        return self._stub.Check(self._question, timeout=DEADLINE, wait_for_ready=True).allowed

    def start(self):
        self._thread.start()

    def _run(self):
        while not self._is_stopping.is_set():
            start = time.perf_counter()
            allowed = self.ask()
            end = time.perf_counter()
            self.seconds.append((start, end - start))
            if allowed != self.allowed:
                self.allowed, self.turned_at = allowed, end

    def close(self):
        self._is_stopping.set()
        if self._thread.is_alive():
            self._thread.join(DEADLINE)
        self._channel.close()

    def p99(self, since, until):
        taken = sorted(seconds for start, seconds in self.seconds if since <= start <= until)
        return taken[int(len(taken) * 0.99)] if taken else 0.0


@contextmanager
def sidecar(root, options):
    """A process on `root`; yields its pid and address."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"127.0.0.1:{free_port()}"
        command = [options.python, "-m", "authz", "serve", str(root), "--listen", address, "--shutdown-notice", "0",
                   "--workers", str(options.workers)]  # fmt: skip
        log = Path(folder, "log")
        with log.open("w") as stream:
            process = subprocess.Popen(command, stderr=stream, cwd=Path(options.python).parents[2])
        try:
            eventually(lambda: process.poll() is not None or '"serving"' in log.read_text())
            assert process.poll() is None, log.read_text()
            yield process.pid, address
        finally:
            process.terminate()
            process.wait(DEADLINE)


def free_port():
    import socket  # noqa: PLC0415

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def family(pid):
    """A process and all that it started."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def cpu_seconds(pid):
    total = 0
    for each in family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def measured(name, options):
    """One line of the table."""
    world, change = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        root = world.build(Path(folder))
        delete(change(root, world.policies, True))  # as it is left by the change itself
        with sidecar(folder, options) as (pid, address):
            time.sleep(options.calm)
            row = hammered(root, world, change, address, options)
            row["cpu ms"] = round(alone(root, world, change, pid, address, options) * 1e3, 1)
            if options.idle:
                before = cpu_seconds(pid)
                time.sleep(options.idle)
                row["idle %"] = round((cpu_seconds(pid) - before) / options.idle * 100, 3)
    return {"case": name, **row}


def hammered(root, world, change, address, options):
    client = Client(address)
    client.allowed = client.ask()
    assert client.allowed, "the first answer should be an allow"
    client.start()
    try:
        began = time.perf_counter()
        time.sleep(options.calm)
        calm_until = time.perf_counter()
        took = []
        for turn in range(options.changes):
            took.append(
                timed(lambda allowed=turn % 2 == 1: change(root, world.policies, allowed), client, turn % 2 == 1)
            )
            time.sleep(options.pause)
        ended = time.perf_counter()
        calm, busy = client.p99(began, calm_until), client.p99(calm_until, ended)
    finally:
        client.close()
    return {
        "median ms": round(statistics.median(took) * 1e3, 1),
        "max ms": round(max(took) * 1e3, 1),
        "calm p99 ms": round(calm * 1e3, 2),
        "p99 ms": round(busy * 1e3, 2),
    }


def timed(apply, client, allowed):
    """Seconds from the end of a change on disk until an answer shows it."""
    left_over = apply()
    done = time.perf_counter()
    eventually(lambda: client.allowed == allowed)
    delete(left_over)
    return max(0.0, client.turned_at - done)


def delete(left_over):
    """Delete the folder that a change left over, if any."""
    if left_over is not None:
        shutil.rmtree(left_over)


def alone(root, world, change, pid, address, options):
    """Seconds of processor that a change costs, with nobody asking but once for each."""
    client = Client(address)
    turns = min(options.changes, 10)
    delete(change(root, world.policies, True))
    eventually(client.ask)
    before = cpu_seconds(pid)
    for turn in range(turns):
        delete(change(root, world.policies, turn % 2 == 1))
        time.sleep(options.settle)
        eventually(lambda turn=turn: client.ask() == (turn % 2 == 1))
    spent = cpu_seconds(pid) - before
    client.close()
    return spent / turns


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--calm", type=float, default=3.0, help="seconds without changes")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between changes")
    parser.add_argument("--settle", type=float, default=0.3, help="seconds before the one question about a change")
    parser.add_argument("--idle", type=float, default=0.0, help="seconds of doing nothing, measured")
    parser.add_argument("--python", default=sys.executable, help="of the installation to measure")
    parser.add_argument("--only", nargs="*", choices=CASES, default=[*CASES])
    options = parser.parse_args()
    for name in options.only:
        print(json.dumps(measured(name, options)), flush=True)


if __name__ == "__main__":
    main()
