"""A source of many files: another process reads it, and nobody notices but the clock."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from authz.sources.scouted import MANY_FILES
from tests.sidecar import Sidecar, eventually, user, write_account

USERS = [{"uin": "100001", "name": "alice", "policies": ["p7"]}]


def child(pid, module):
    """The process that a sidecar has started for `module`; None while there is none."""
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for each in file.read_text().split():
            with suppress(FileNotFoundError):
                if f"authz.sources.{module} " in Path(f"/proc/{each}/cmdline").read_text().replace("\0", " "):
                    return int(each)
    return None


def others_of(sidecar):
    return [eventually(lambda name=name: child(sidecar.process.pid, name)) for name in ("scout", "lookout")]


def grant(effect):
    return [{"effect": effect, "action": "im:*", "resource": "*"}]


def test_changes_come_into_force_whether_the_other_processes_live_or_not(tmp_path):
    write_account(tmp_path, {f"p{number}": grant("allow") for number in range(MANY_FILES)}, users=USERS)
    with Sidecar(tmp_path) as sidecar:
        scout, lookout = others_of(sidecar)
        for effect, victim in (("deny", None), ("allow", scout), ("deny", lookout), ("allow", None)):
            write_account(tmp_path, {"p7": grant(effect)}, users=USERS)
            eventually(lambda wanted=effect == "allow": sidecar.check(user(), "im:AddUser").allowed == wanted)
            if victim is not None:
                os.kill(victim, signal.SIGKILL)
    assert sidecar.process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in (scout, lookout))


def test_they_end_with_a_sidecar_that_is_killed(tmp_path):
    write_account(tmp_path, {f"p{number}": grant("allow") for number in range(MANY_FILES)}, users=USERS)
    with Sidecar(tmp_path) as sidecar:
        others = [
            eventually(lambda module=module: child(sidecar.process.pid, module)) for module in ("scout", "lookout")
        ]
        sidecar.process.kill()
        sidecar.process.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in others))
