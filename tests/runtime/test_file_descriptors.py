"""The kernel's table of open files has grown before connections come."""

import errno
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from authz.runtime.file_descriptors import make_room_for_files
from tests.sidecar import EXAMPLE, ROOT, Sidecar
from tests.waiting import DEADLINE

MOST = 16_384
OPEN = Path("/proc/self/fd")
SHOW = """
import os, resource, sys
from pathlib import Path
from authz.runtime.file_descriptors import make_room_for_files

soft = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
before = len(os.listdir("/proc/self/fd"))
make_room_for_files()
print(len(os.listdir("/proc/self/fd")) - before)
print(Path("/proc/self/status").read_text())
"""


def room(status):
    """Files that there is room for, by what the kernel tells of a process."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("FDSize:"))


@pytest.mark.parametrize("transport", ["grpcio", "native"])
def test_a_sidecar_has_room_for_thousands_of_connections(transport):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Sidecar(EXAMPLE, "--transport", transport) as sidecar:
        assert room(Path(f"/proc/{sidecar.process.pid}/status").read_text()) >= min(most, MOST)


@pytest.mark.parametrize("limit", [100, 1000])
def test_it_makes_no_more_room_than_may_be_used_and_leaves_nothing_open(limit):
    ended = subprocess.run(
        [sys.executable, "-c", SHOW, str(limit)], capture_output=True, text=True, timeout=DEADLINE, cwd=ROOT, check=True
    )
    opened, _, status = ended.stdout.partition("\n")
    assert opened == "0"
    assert limit <= room(status) < 2 * limit + 64


def test_where_no_file_can_be_opened_it_goes_without(monkeypatch):
    def full(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("fcntl.fcntl", full)
    before = len(list(OPEN.iterdir()))
    make_room_for_files()
    assert len(list(OPEN.iterdir())) == before
