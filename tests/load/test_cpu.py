import os
import subprocess
import sys

from tests.load.cpu import cpu_seconds
from tests.sidecar import eventually


def test_the_work_of_this_process_is_counted():
    before = cpu_seconds(os.getpid())
    sum(range(1_000_000))
    assert cpu_seconds(os.getpid()) > before


def test_the_work_of_children_is_counted_with_their_parents():
    inner = "import time; sum(range(30_000_000)); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer], start_new_session=True)
    try:
        eventually(lambda: cpu_seconds(process.pid) > 0.15)
    finally:
        os.killpg(process.pid, 9)
        process.wait()
