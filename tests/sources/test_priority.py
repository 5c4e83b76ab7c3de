import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from authz.sources import priority
from tests.waiting import DEADLINE

# What it has done to a process and to a thread of it, as nicenesses and slices in milliseconds.
PROGRAM = """
import os, sys, threading
from pathlib import Path
from authz.sources.priority import lower_priority

def report():
    lines = Path(f"/proc/self/task/{threading.get_native_id()}/sched").read_text().splitlines()
    slices = [line.split()[-1] for line in lines if line.startswith("se.slice")]
    print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), *slices)

lower_priority()
report()
thread = threading.Thread(target=report)
thread.start()
thread.join()
"""


def version():
    return tuple(map(int, platform.release().split(".")[:2]))


def shows_slices():
    file = Path("/proc/self/sched")
    return version() >= (6, 12) and file.exists() and "se.slice" in file.read_text()


@pytest.mark.skipif(not shows_slices(), reason="Linux knows and shows slices of processes since 6.12")
def test_a_helper_and_its_threads_are_nice_and_let_others_cut_in():
    nicer = min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)  # 19 is the nicest that there is
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert told.stdout.splitlines() == [f"{nicer} 0 10000000"] * 2


def test_a_system_that_knows_no_slices_is_left_alone(monkeypatch):
    nicer = []
    monkeypatch.setattr(priority.os, "nice", nicer.append)
    monkeypatch.setattr(priority.platform, "machine", lambda: "other")
    monkeypatch.setattr(priority, "_lengthen_slice", lambda _: pytest.fail("called"))
    priority.lower_priority()
    assert nicer == [10]


@pytest.mark.parametrize("refused", ["the slice", "to tell the policy"])
def test_a_system_that_refuses_does_no_harm(monkeypatch, refused):
    def fail(_):
        raise PermissionError

    monkeypatch.setattr(priority.os, "nice", lambda _: None)
    monkeypatch.setattr(priority.platform, "machine", lambda: "x86_64")
    monkeypatch.setitem(priority._SCHED_SETATTR, "x86_64", -1)
    if refused == "to tell the policy":
        monkeypatch.setattr(priority.os, "sched_getscheduler", fail)
    priority.lower_priority()
