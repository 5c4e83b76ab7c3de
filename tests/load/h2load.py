"""Load any server of the contract with h2load (Debian: nghttp2-client): an outside check of our own generator.

    python -m tests.load.h2load 127.0.0.1:50051 --pid "$(pgrep -f 'authz serve')"

h2load sends one question over and over and looks at HTTP statuses only, so it measures warm calls; `authz bench server`
measures the rest.
"""

import argparse
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from authz.cli.bench.cpu import cpu_seconds
from authz.cli.bench.http2_load import grpc_message
from authz.cli.bench.questions import warm

_PATH = "/authz.v1.AuthorizationService/Check"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Calls that succeeded, calls a second, and the latencies in seconds, sorted."""

    succeeded: int
    rate: float
    latencies: list[float]

    def percentile(self, share):
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


def is_installed():
    return shutil.which("h2load") is not None


def load(address, calls, in_flight, path=_PATH, question=None):
    """Ask the same question `calls` times over one connection."""
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder, "body"), Path(folder, "log")
        body.write_bytes(grpc_message(next(warm(1)) if question is None else question))
        url = f"http://localhost{path}" if address.startswith("unix:") else f"http://{address}{path}"
        command = [
            "h2load", "-n", str(calls), "-c", "1", "-m", str(in_flight), "-d", str(body), "--log-file", str(log),
            "-H", "content-type: application/grpc", "-H", "te: trailers", url,
        ]  # fmt: skip
        if address.startswith("unix:"):
            command[1:1] = ["--base-uri", address]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        lines = [line.split("\t") for line in log.read_text().splitlines()]
    starts = [int(start) for start, _, _ in lines]
    took = sorted(int(duration) / 1e6 for _, _, duration in lines)
    seconds = (max(starts) - min(starts)) / 1e6 + took[-1]
    succeeded = sum(status == "200" for _, status, _ in lines)
    return Loaded(succeeded, succeeded / seconds, took)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--pid", type=int, help="of the server, to count its CPU")
    options = parser.parse_args()
    print("in flight   calls/s    p50 ms    p99 ms  p99.9 ms  server µs a call")
    for in_flight in (1, 16, 128):
        before = cpu_seconds(options.pid) if options.pid else 0.0
        seen = load(options.address, options.calls, in_flight)
        cpu = (cpu_seconds(options.pid) - before) / options.calls * 1e6 if options.pid else float("nan")
        latencies = "".join(f"{seen.percentile(share) * 1e3:10.2f}" for share in (0.5, 0.99, 0.999))
        print(f"{in_flight:9} {seen.rate:9.0f}{latencies} {cpu:17.1f}")


if __name__ == "__main__":
    main()
