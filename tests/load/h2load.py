"""Load servers of the contract with h2load (Debian: nghttp2-client): an outside check of our own generator.

    python -m tests.load.h2load 127.0.0.1:50051 127.0.0.1:50052 --pid 4711 --pid 4712

h2load sends one question over and over and looks at HTTP statuses only, so it measures warm calls;
`python -m tests.load.server` measures the rest. Servers take turns; figures are medians.
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from authz.cli.bench.load_generator import grpc_message
from authz.cli.bench.load_questions import warm
from tests.load.cpu import cpu_seconds

CHECK = "/authz.v1.AuthorizationService/Check"
BATCH = "/authz.v1.AuthorizationService/BatchCheck"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Calls that succeeded, calls a second, latencies in seconds, sorted, and CPU seconds of h2load itself."""

    succeeded: int
    rate: float
    latencies: list[float]
    own_cpu: float

    def percentile(self, share):
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


def is_installed():
    return shutil.which("h2load") is not None


def calls(number):
    """As many, divided equally among the connections: the slowest one ends last, and alone."""
    return ("-n", str(number))


def seconds(number):
    """As many as are answered in that time, on each connection as many as its server takes."""
    return ("-D", f"{number}s")


def load(address, extent, in_flight, connections=1, path=CHECK, question=None):
    """Ask the same question, `in_flight` at a time on each connection; `extent` is some `calls` or `seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder, "body"), Path(folder, "log")
        body.write_bytes(grpc_message(next(warm(1)) if question is None else question))
        url = f"http://localhost{path}" if address.startswith("unix:") else f"http://{address}{path}"
        command = [
            "h2load", *extent, "-c", str(connections), "-m", str(in_flight), "-d", str(body),
            "--log-file", str(log), "-H", "content-type: application/grpc", "-H", "te: trailers", url,
        ]  # fmt: skip
        if address.startswith("unix:"):
            command[1:1] = ["--base-uri", address]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = [line.split("\t") for line in log.read_text().splitlines()]
    starts = [int(start) for start, _, _ in lines]
    took = sorted(int(duration) / 1e6 for _, _, duration in lines)
    elapsed = (max(starts) - min(starts)) / 1e6 + took[-1]
    succeeded = sum(status == "200" for _, status, _ in lines)
    own_cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Loaded(succeeded, succeeded / elapsed, took, own_cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("addresses", nargs="+")
    parser.add_argument("--pid", type=int, action="append", default=[], help="of each server, to count its CPU")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    pids = options.pid + [None] * len(options.addresses)
    print("server                in flight   calls/s    p50 ms    p99 ms  p99.9 ms  server µs a call  h2load µs a call")
    for in_flight in (1, 16, 128):
        servers = list(zip(options.addresses, pids, strict=False))
        rounds = [[measured(*server, options, in_flight) for server in servers] for _ in range(options.runs)]
        for at, (address, _) in enumerate(servers):
            figures = [statistics.median(column) for column in zip(*(turn[at] for turn in rounds), strict=True)]
            rate, *latencies, server_cpu, own_cpu = figures
            cells = "".join(f"{each * 1e3:10.2f}" for each in latencies)
            print(f"{address:21} {in_flight:9} {rate:9.0f}{cells} {server_cpu * 1e6:17.1f} {own_cpu * 1e6:17.1f}")


def measured(address, pid, options, in_flight):
    """Calls a second, three latencies, and CPU seconds a call of the server and of h2load."""
    before = cpu_seconds(pid) if pid else 0.0
    seen = load(address, calls(options.calls), in_flight, options.connections)
    cpu = (cpu_seconds(pid) - before) / options.calls if pid else float("nan")
    assert seen.succeeded == options.calls, "calls failed"
    return (seen.rate, *map(seen.percentile, (0.5, 0.99, 0.999)), cpu, seen.own_cpu / options.calls)


if __name__ == "__main__":
    main()
