"""`authz bench load`: how long a source takes to load, and how much memory it then holds."""

import asyncio
import gc
import tempfile
import time
from pathlib import Path

import click

from authz.cli.bench.table import show
from authz.cli.bench.workload import write_accounts
from authz.cli.progress import show_progress
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.sources.directory import DirectorySource
from authz.sources.follower import Follower
from authz.telemetry.log import LogFormat, configure_logs


@click.command("load")
@click.option("--accounts", default=1000, show_default=True)
@click.option("--users", default=20, show_default=True, help="Of each account.")
@click.option("--policies", default=10, show_default=True, help="Of each account.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there.")
def load_command(*, accounts: int, users: int, policies: int, json_file: Path | None) -> None:
    """Make a source of ACCOUNTS x USERS x POLICIES in a temporary folder and load it once."""
    configure_logs(LogFormat.AUTO, "warning")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_accounts(root, accounts, users, policies)
        before = _resident_bytes()
        engine = Engine()
        start = time.perf_counter()
        asyncio.run(Follower(DirectorySource(root), engine).load(show_progress, allow_broken=False))
        seconds = time.perf_counter() - start
    gc.collect()
    held = _resident_bytes() - before
    first = _first_decision(engine)
    show(
        [
            {
                "accounts": accounts,
                "users": accounts * users,
                "policies": accounts * policies,
                "load s": seconds,
                "memory MB": held / 1e6,
                "bytes a user": round(held / (accounts * users)),
                "first decision µs": first * 1e6,
            }
        ],
        json_file,
    )


def _first_decision(engine: Engine) -> float:
    """Seconds for a principal's first decision, which compiles its statements."""
    request = parse_request("qcs::cam::uin/10000000:uin/100001", "im:AddUser", "qcs::im:::sdkappid/1400000000", {})
    engine.decide(parse_request("qcs::cam::uin/10000000:root", "im:AddUser", "*", {}))
    start = time.perf_counter()
    engine.decide(request)
    return time.perf_counter() - start


def _resident_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
