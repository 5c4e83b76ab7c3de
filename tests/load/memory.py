"""What callers can make a sidecar hold, and what that costs others: `python -m tests.load.memory [--only TEXT]`.

Each attack has a sidecar of its own. Another caller asks in an open loop, calm and during the attack: its p99 counts
from when a question was meant to be sent. `--checkout` measures the sidecar of another checkout of this repository.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import Connection, Figures, ask_at_a_rate
from authz.cli.bench.process import Sidecar, ended, free_port
from authz.cli.bench.table import json_option, show
from authz.cli.bench.workload import write_accounts
from tests.load.memory_attacks import ATTACKS, write_world
from tests.load.startup import shared_bytes
from tests.waiting import eventually

_CHECK = "/authz.v1.AuthorizationService/Check"
_ROOT = Path(__file__).parents[2]
_SLICE = 1.0  # seconds of the other caller's questions between two looks at the attacker


@click.command("memory")
@click.option("--only", default="", help="Only attacks whose name contains this.")
@click.option("--seconds", default=60.0, show_default=True, help="Of each attack, at most.")
@click.option("--rate", default=300.0, show_default=True, help="Questions of the other caller a second.")
@click.option("--checkout", default=_ROOT, type=click.Path(path_type=Path), help="Where the sidecar is taken from.")
@click.option("--option", "options", multiple=True, help="An option of serve, such as --cache-bytes=50000000.")
@json_option
def main(only, seconds, rate, checkout, options, json_file):
    """Attack, and print what there was before and after."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "accounts")
        write_accounts(root, questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        write_world(root)
        rows = [measured(each, root, seconds, rate, checkout, options) for each in ATTACKS if only in each.name]
    show(rows, json_file)


def measured(attack, root, seconds, rate, checkout, options):
    """One attack on a sidecar of its own."""
    with running(root, checkout, options) as sidecar, closing(Connection(sidecar.address, _CHECK)) as caller:
        ask(caller, rate, 2.0)  # connected and warm
        calm = ask(caller, rate, 3.0)
        before = shared_bytes(sidecar)
        Path(f"/proc/{sidecar.pid}/clear_refs").write_text("5")  # the peak begins anew
        attacked = Figures(0, 0, 0.0, [])
        with attacking(attack.name, sidecar.tcp, seconds) as process:
            while process.poll() is None:
                part = ask(caller, rate, _SLICE)
                attacked.latencies += part.latencies
            report = json.loads(process.stdout.read())
        attacked.latencies.sort()
        return {
            "attack": attack.name,
            "answered": report["answered"],
            "refused": report["refused"],
            "seconds": report["seconds"],
            "MB before": before / 1e6,
            "MB after": shared_bytes(sidecar) / 1e6,
            "MB peak": peak_bytes(sidecar) / 1e6,
            "p99 ms calm": calm.percentile(0.99) * 1000,
            "p99 ms attacked": attacked.percentile(0.99) * 1000,
            "longest ms": attacked.latencies[-1] * 1000,
        }


def ask(caller, rate, seconds):
    return ask_at_a_rate(caller, questions.warm(round(rate * seconds)), rate)


@contextmanager
def running(root, checkout, options):
    """A sidecar of the checkout, ready, on a Unix socket and over TCP."""
    with tempfile.TemporaryDirectory() as folder:
        address, tcp, log = f"unix:{folder}/a.sock", f"127.0.0.1:{free_port()}", Path(folder, "log")
        command = [sys.executable, "-m", "authz", "serve", str(root), "--listen", address, "--listen", tcp]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        with log.open("w") as stream:
            process = subprocess.Popen(
                [*command, "--shutdown-notice", "0", *options], stderr=stream, cwd=checkout, env=environment
            )
        with ended(process):
            eventually(lambda: '"serving"' in log.read_text() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield Sidecar(address, process.pid, tcp)


@contextmanager
def attacking(name, address, seconds):
    """The process of an attacker."""
    command = [sys.executable, "-m", "tests.load.memory_attacks", name, address, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    with ended(process):
        yield process


def peak_bytes(sidecar):
    """The most that was resident since the peak began anew."""
    status = Path(f"/proc/{sidecar.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
