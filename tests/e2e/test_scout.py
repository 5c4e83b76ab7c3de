"""A source of many files: another process reads it, and nobody notices but the clock."""

import os
import signal
from pathlib import Path

from authz.sources.scouted import MANY_FILES
from tests.sidecar import Sidecar, eventually, user, write_account

USERS = [{"uin": "100001", "name": "alice", "policies": ["p7"]}]


def children(pid):
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in listed for child in file.read_text().split()]


def grant(effect):
    return [{"effect": effect, "action": "im:*", "resource": "*"}]


def test_changes_come_into_force_whether_the_reading_process_lives_or_not(tmp_path):
    write_account(tmp_path, {f"p{number}": grant("allow") for number in range(MANY_FILES)}, users=USERS)
    with Sidecar(tmp_path) as sidecar:
        [scout] = eventually(lambda: children(sidecar.process.pid))
        for effect in ("deny", "allow", "deny", "allow"):
            write_account(tmp_path, {"p7": grant(effect)}, users=USERS)
            eventually(lambda wanted=effect == "allow": sidecar.check(user(), "im:AddUser").allowed == wanted)
            if effect == "allow" and scout in children(sidecar.process.pid):
                os.kill(scout, signal.SIGKILL)
    assert sidecar.process.returncode == 0
    assert not Path(f"/proc/{scout}").exists()
