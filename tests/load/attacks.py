"""What attacks cost the sidecar and its clients: `python -m tests.load.attacks [--runs 3] [--only TEXT] [--json FILE]`.

A client that behaves asks in an open loop, calm and while attackers.py attacks, taking turns. The control is a process
that is as busy as an attacker, but does not attack: on a machine of few cores it may be felt too. On a machine that
others use, put `chrt -r 1` before it: the server and its client then go first, and attackers as everybody else.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from json import loads
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Connection, ask_at_a_rate
from authz.cli.bench.process import free_port, running_sidecar
from authz.cli.bench.table import show
from authz.cli.bench.workload import write_accounts
from tests.certificates import Authority
from tests.load.attackers import ATTACKS, Attack
from tests.load.cpu import cpu_seconds
from tests.load.startup import shared_bytes

_CHECK = "/authz.v1.AuthorizationService/Check"
_CONTROL = "nothing, but as busy"
_FAULT = "authz_peer_faults_total{"
_HTTP = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds until 99 % were answered, of the server's CPU a second; the share of calls refused; bytes that it grew
    by; what the attacker told.
    """

    p99: float
    cpu: float
    refused: float = 0.0
    grown: float = 0.0
    report: dict | None = None
    faults: Counter | None = None
    attacker_cpu: float = 0.0


class Target:
    """A sidecar under attack. Its client that behaves is on the Unix socket if the port wants TLS."""

    def __init__(self, sidecar, http, is_secure, rate):
        self.sidecar = sidecar
        self.http = http
        self.rate = rate
        self.address = sidecar.address if is_secure else sidecar.tcp

    def load(self, seconds, during=lambda: None):
        with closing(Connection(self.address, _CHECK)) as connection:
            ask_at_a_rate(connection, questions.warm(200), self.rate)  # connected and warm, before anything happens
            during()
            cpu, start = cpu_seconds(self.sidecar.pid), time.perf_counter()
            figures = ask_at_a_rate(connection, questions.warm(round(seconds * self.rate)), self.rate)
            cpu = cpu_seconds(self.sidecar.pid) - cpu
            took = time.perf_counter() - start
            return Round(figures.percentile(0.99), cpu / took, figures.failed / (figures.failed + figures.answered))

    def attacked(self, name, seconds):
        """One round under attack, which begins half a second before."""
        before, faults = shared_bytes(self.sidecar), self.faults()
        with attacker(self.sidecar.tcp, name) as process:

            def begin():
                process.stdin.write("\n")
                process.stdin.flush()
                time.sleep(0.5)

            round_ = self.load(seconds, begin)
            grown = shared_bytes(self.sidecar) - before
            attacker_cpu = cpu_seconds(process.pid) / (seconds + 0.5)
            report = loads(process.communicate("\n", timeout=60)[0])
        return replace(round_, grown=grown, report=report, faults=self.faults() - faults, attacker_cpu=attacker_cpu)

    def faults(self):
        with _HTTP.open(f"http://{self.http}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        told = [line.partition('"')[2].partition('"} ') for line in lines if line.startswith(_FAULT)]
        return Counter({kind: int(float(count)) for kind, _, count in told})


@contextmanager
def attacker(address, name):
    command = [sys.executable, "-m", "tests.load.attackers", address, name]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@contextmanager
def target(root, rate, *, is_secure=False):
    http = f"127.0.0.1:{free_port()}"
    options = ["--transport", "native", "--http", http]
    if is_secure:
        certificate, key = Authority().issue("localhost", "localhost")
        for name, content in (("cert", certificate), ("key", key)):
            (root.parent / name).write_bytes(content)
        options += ["--tls-cert", str(root.parent / "cert"), "--tls-key", str(root.parent / "key")]
    with running_sidecar(root, *options) as sidecar:
        yield Target(sidecar, http, is_secure, rate)


def measure(names, runs, seconds, rate):
    """The rounds of each attack, calm ones and others, all attacks taking turns; those that wait are run once."""
    rounds = {name: ([], []) for name in names}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder, "source")
        write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        plain = stack.enter_context(target(root, rate))
        secure = stack.enter_context(target(root, rate, is_secure=True)) if any(map(_is_secure, names)) else plain
        for each in (plain, secure):
            each.load(seconds)
        for run in range(runs):
            for name in names:
                attack = ATTACKS.get(name, Attack())
                if attack.seconds and run:
                    continue
                aim = secure if attack.secure else plain
                calm, attacked = rounds[name]
                calm.append(aim.load(seconds))
                attacked.append(aim.attacked(name, max(seconds, attack.seconds)))
                _settle(aim)
    return rounds


def _is_secure(name):
    return name in ATTACKS and ATTACKS[name].secure


def _settle(aim):
    """Until the server has noticed that its attackers are gone: it is as idle as before."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        before = cpu_seconds(aim.sidecar.pid)
        time.sleep(0.5)
        if cpu_seconds(aim.sidecar.pid) - before < 0.05:
            return


def _row(name, calm, attacked):
    def middle(rounds, what):
        return statistics.median(getattr(each, what) for each in rounds)

    heard = sum((Counter(each.report["heard"]) for each in attacked), Counter())
    faults = sum((each.faults for each in attacked), Counter())
    return {
        "attack": name,
        "p99 calm ms": middle(calm, "p99") * 1e3,
        "attacked ms": middle(attacked, "p99") * 1e3,
        "ratio": middle(attacked, "p99") / middle(calm, "p99"),
        "refused %": 100 * middle(attacked, "refused"),
        "server CPU": middle(attacked, "cpu"),
        "calm": middle(calm, "cpu"),
        "attacker CPU": middle(attacked, "attacker_cpu"),
        "grown MB": max(each.grown for each in attacked) / 1e6,
        "connections": sum(each.report["connections"] for each in attacked),
        "sent MB": sum(each.report["sent"] for each in attacked) / 1e6,
        "answered": _told(heard),
        "counted": _told(faults),
    }


def _told(counts):
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common(2)) or "-"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--only", default="", help="attacks whose name contains this, or one of several, by `|`")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    names = [each for each in (_CONTROL, *ATTACKS) if any(part in each for part in asked.only.split("|"))]
    rounds = measure(names, asked.runs, asked.seconds, asked.rate)
    show([_row(name, *rounds[name]) for name in names], asked.json)


if __name__ == "__main__":
    main()
