"""`python -m tests.load.loading`: how long a source takes to load, and how much memory it then holds."""

import asyncio
import re
import statistics
import tempfile
import time
from pathlib import Path

import click

from authz.cli.bench.table import Row, json_option, show
from authz.cli.bench.workload import write_accounts
from authz.cli.progress import show_progress
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.errors import AuthzError
from authz.runtime.gc_tuning import held_off, tune_after_load
from authz.sources.directory.source import DirectorySource
from authz.sources.follower import Follower
from authz.telemetry.log import LogFormat, configure_logs

_CHANGES = 5
_PATIENCE = 600.0  # seconds; what changed before the watch was there is found by looks at everything


@click.command("load")
@click.option("--accounts", default=1000, show_default=True)
@click.option("--users", default=20, show_default=True, help="Of each account.")
@click.option("--policies", default=10, show_default=True, help="Of each account.")
@json_option
def loading_command(*, accounts: int, users: int, policies: int, json_file: Path | None) -> None:
    """Make a source of ACCOUNTS x USERS x POLICIES in a temporary folder and load it once."""
    configure_logs(LogFormat.AUTO, "error")
    with tempfile.TemporaryDirectory() as folder:
        write_accounts(Path(folder), accounts, users, policies)
        show([asyncio.run(_measure(Path(folder), accounts, users, policies))], json_file)


async def _measure(root: Path, accounts: int, users: int, policies: int) -> Row:
    before = _resident_bytes()
    engine = Engine()
    follower = Follower(DirectorySource(root, is_watched=True), engine)
    start = time.perf_counter()
    with held_off():
        await follower.load(show_progress, allow_broken=False)
    seconds = time.perf_counter() - start
    tune_after_load()
    held = _resident_bytes() - before
    first = _first_decision(engine)
    return {
        "accounts": accounts,
        "users": accounts * users,
        "policies": accounts * policies,
        "load s": seconds,
        "memory MB": held / 1e6,
        "bytes a user": round(held / (accounts * users)),
        "first decision µs": first * 1e6,
        "reload of one ms": await _reload_seconds(root, engine, follower) * 1e3,
    }


async def _reload_seconds(root: Path, engine: Engine, follower: Follower) -> float:
    """Median seconds from a change of one account on disk until it is in force, as the sidecar follows its source."""
    task = asyncio.create_task(follower.follow())
    try:
        seconds = [await _timed_change(root, engine, turn) for turn in range(_CHANGES + 1)]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return statistics.median(seconds[1:])  # the first one waits for the watch to be there


async def _timed_change(root: Path, engine: Engine, turn: int) -> float:
    file = root / "10000000" / "attachments.yaml"
    revision = engine.live.revision
    start = time.perf_counter()
    text = file.read_text()
    file.write_text(re.sub(r"name: user-0\S*", f"name: user-0-{turn}", text))
    while engine.live.revision == revision:
        if time.perf_counter() - start > _PATIENCE:
            raise AuthzError("the change never came into force")
        await asyncio.sleep(0.001)
    return time.perf_counter() - start


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


if __name__ == "__main__":
    loading_command()
