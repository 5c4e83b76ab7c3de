"""Servers that fork after they loaded a program: each process is answered rightly, and hears of every change."""

import subprocess
import sys
from itertools import islice

import pytest

from tests.client.asking import ALLOW_SEND
from tests.sidecar import ROOT, Sidecar, write_account
from tests.waiting import DEADLINE

NAMES = ["child 0", "child 1", "child 2", "parent"]


def grant(folder, *policies):
    users = [{"uin": "100001", "policies": list(policies)}, {"uin": "100002"}]
    return write_account(folder, {"send": ALLOW_SEND}, users=users)


def told_by_processes(revoke, *arguments):
    """What all processes of the program say before and after."""
    command = [sys.executable, "-m", "tests.forking", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            said = (line.strip() for line in program.stdout)
            before = sorted(islice(said, len(NAMES)))
            revoke()
            after = sorted(said)
            assert program.wait(DEADLINE) == 0
        finally:
            program.kill()
    return before, after


@pytest.mark.parametrize("cache_size", [0, 100])
@pytest.mark.parametrize("place", ["socket", "tcp"])
def test_a_client_goes_on_in_parent_and_children(tmp_path, place, cache_size):
    account = grant(tmp_path / "a", "send")
    with Sidecar(account) as sidecar:
        asked = getattr(sidecar, place)
        assert told_by_processes(lambda: grant(account), "client", asked, str(cache_size)) == (NAMES, NAMES)


def test_an_engine_follows_in_parent_and_children(tmp_path):
    account = grant(tmp_path / "a", "send")
    assert told_by_processes(lambda: grant(account), "engine", str(account)) == (NAMES, NAMES)


class Witness:
    def __init__(self, name, heard):
        self.name, self.heard = name, heard

    def before_fork(self):
        self.heard.append(("before", self.name))
        if self.name == "broken":
            raise OSError("as it happens")

    def after_fork_in_parent(self):
        self.heard.append(("parent", self.name))

    def after_fork_in_child(self):
        self.heard.append(("child", self.name))


def test_who_is_gone_is_told_nothing_and_the_others_in_their_order_whatever_befell_one():
    program = """
import logging
import os
from tests.runtime.test_fork_safety import Witness
from authz.runtime.fork_safety import on_fork
logging.basicConfig()
heard = []
first, gone, last = Witness("broken", heard), Witness(2, heard), Witness(3, heard)
for each in first, gone, last:
    on_fork(each)
del each, gone
for _ in range(2):
    if os.fork() == 0:
        print(heard, flush=True)
        os._exit(0)
    os.wait()
print(heard)
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    child, _, parent = map(eval, told.stdout.splitlines())
    assert child == [("before", "broken"), ("before", 3), ("child", "broken"), ("child", 3)]
    assert parent == [("before", "broken"), ("before", 3), ("parent", "broken"), ("parent", 3)] * 2
    assert told.stderr.count("OSError: as it happens") == 2
