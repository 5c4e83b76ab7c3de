"""Two workers beside one, under h2load with several connections (Debian: nghttp2-client).

    python -m tests.load.workers

gRPC works beside Python, so that one process keeps more than one core busy. Therefore each way is measured free, and
held to one core for each process, which is what shows how the work divides. Each runs for a time, not for a number of
calls: the kernel gives one worker more connections than the other, and would be waited for in the end. h2load's own
share is printed; where calls cost more, as with `--batch 100` or without the decision cache, it is smaller. The last
column is what a second of a core answers, to what it does with one worker: what h2load takes is not in it.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from authz.cli.bench import load_questions as questions
from authz.cli.bench.workload import write_accounts
from tests.load import new_questions
from tests.load.cpu import cpu_seconds
from tests.load.h2load import BATCH, CHECK, load, seconds
from tests.sidecar import Sidecar

_CORES = sorted(os.sched_getaffinity(0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4, help="of each run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--in-flight", type=int, default=4, help="on each connection")
    parser.add_argument("--batch", type=int, default=1, help="checks in each call")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        write_accounts(Path(folder), questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        ways = [
            (name, stack.enter_context(Sidecar(folder, workers=2 if "two" in name else 1)))
            for name in ("one, free", "two, free", "one, on one core", "two, on a core each")
        ]
        for name, sidecar in ways:
            if "core" in name:
                for pid, core in zip(serving(sidecar), _CORES, strict=False):
                    hold(pid, core)
        rounds = [[measured(sidecar, options) for _, sidecar in ways] for _ in range(options.runs)]
    print("workers                calls/s  to one  server cores  h2load cores  a core to one's")
    for at, (name, _) in enumerate(ways):
        rate, server, own = (statistics.median(column) for column in zip(*(turn[at] for turn in rounds), strict=True))
        pairs = [(turn[at], turn[2 if "core" in name else 0]) for turn in rounds]
        to_one = statistics.median(these[0] / one[0] for these, one in pairs)
        of_a_core = statistics.median(these[0] / these[1] / (one[0] / one[1]) for these, one in pairs)
        print(f"{name:20} {rate:9.0f} {to_one:7.2f} {server:13.2f} {own:13.2f} {of_a_core:15.2f}")


def serving(sidecar):
    """The processes that answer: the workers, or the sidecar itself."""
    children = subprocess.run(["pgrep", "-P", str(sidecar.process.pid)], capture_output=True, text=True)
    return [int(line) for line in children.stdout.split()] or [sidecar.process.pid]


def hold(pid, core):
    """Keep all threads of a process on one core."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def measured(sidecar, options):
    """Calls a second, and the cores that servers and h2load kept busy meanwhile."""
    pids = serving(sidecar)
    before = sum(map(cpu_seconds, pids))
    what = (CHECK, None) if options.batch == 1 else (BATCH, next(new_questions.warm_batches(1, options.batch)))
    seen = load(sidecar.tcp, seconds(options.seconds), options.in_flight, options.connections, *what)
    cpu = sum(map(cpu_seconds, pids)) - before
    assert seen.succeeded == len(seen.latencies), "calls failed"
    return seen.rate, cpu / options.seconds, seen.own_cpu / options.seconds


if __name__ == "__main__":
    main()
