"""Baseline processes to measure beside a sidecar, ended by their own process ids."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from authz.cli.bench.process import Sidecar, ended
from authz.errors import AuthzError
from tests.load.baseline import BaselineMode


@contextmanager
def running_baseline(
    mode: BaselineMode, address: str = "127.0.0.1:0", python: str = sys.executable
) -> Iterator[Sidecar]:
    """A baseline of this `mode`; `python` may be the interpreter of another environment, with another grpcio."""
    command = [python, "-m", "tests.load.baseline", mode.value, address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with ended(process):
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise AuthzError(f"the baseline did not start: {process.stderr.read() if process.stderr else ''}")
        yield Sidecar(address if address.startswith("unix:") else f"127.0.0.1:{port}", process.pid)
