"""Whatever happens in the folders of others: an account's changes come into force, and what does not is told."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from authz.v1 import authz_pb2
from tests.builders import allow, document
from tests.e2e.misbehaving import SERVING, Misbehaviour, make_a_link_loop, spoil_the_root, take_time
from tests.sidecar import ROOT, Sidecar, check_request, reason, write_account
from tests.waiting import DEADLINE, eventually

NOBODY = 65534
ROUNDS = 5
TURNS = 40
GOOD = [str(20_000_000 + at) for at in range(5)]


def can_be_another_user(workers=1):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return False
    program = "import authz"
    if workers > 1:  # which are processes that this one starts by itself
        program = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'import authz']))"
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return subprocess.run([*user, sys.executable, "-c", program], cwd=ROOT, capture_output=True).returncode == 0


@pytest.fixture
def root():
    """A directory that every user may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Path(folder, "accounts")
        made.mkdir()
        yield made


def put(root, uin, effect):
    statement = {"effect": effect, "action": "im:*", "resource": "*"}
    users = [{"uin": "100001", "policies": ["p"]}]
    return write_account(root / uin, {"p": [statement]}, account=uin, users=users)


def may(sidecar, uin, action="im:AddUser"):
    return sidecar.check(f"qcs::cam::uin/{uin}:uin/100001", action).allowed


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("user", [None, NOBODY], ids=["owner", "another user"])
def test_others_that_misbehave_hold_up_no_revocation_and_are_told_of(root, workers, user):
    if user is not None and not can_be_another_user(workers):
        pytest.skip("this process cannot become another user")
    for uin in GOOD:
        put(root, uin, "allow")
    spoil_the_root(root)
    with (
        Misbehaviour(root) as misbehaving,
        Sidecar(root, "--allow-broken-accounts", workers=workers, user=user) as sidecar,
    ):
        (root / SERVING).touch()
        for turn in range(ROUNDS):
            for uin in GOOD:
                put(root, uin, "allow" if turn % 2 else "deny")
            eventually(lambda turn=turn: [may(sidecar, uin) for uin in GOOD] == [turn % 2 == 1] * len(GOOD))
        loop = str(misbehaving.folders[make_a_link_loop] / "loop.json")
        eventually(lambda: loop in sidecar.get("/readyz")[1])
        status, body = sidecar.get("/readyz")
        assert (status, body.startswith("ok\n")) == (200, True)
        assert str(root / "loop") in body
        assert any(name == "authz_source_stale_seconds" and loop in labels for name, *labels in sidecar.metrics())
        told = [line for line in sidecar.log() if line["event"] == "account refused"]
        assert any(problem.startswith(f"{loop}:1: UnreadableFile") for line in told for problem in line["problems"])
        assert sidecar.is_serving()
        assert sidecar.stop() == 0


def test_a_start_is_not_held_up_by_entries_of_which_no_account_is_known(root):
    put(root, GOOD[0], "allow")
    spoil_the_root(root)
    with Sidecar(root, workers=1, user=NOBODY if can_be_another_user() else None) as sidecar:
        assert may(sidecar, GOOD[0])
        line = sidecar.wait_for_log("entry cannot be looked at", entry="loop")
        assert line["path"] == str(root / "loop")


def test_a_fifo_or_device_that_is_swapped_in_does_not_keep_the_process_from_ending(root):
    folder = put(root, GOOD[0], "allow")
    with Sidecar(root, "--allow-broken-accounts") as sidecar:
        os.mkfifo(folder / ".fifo")
        (folder / ".fifo").rename(folder / "p.json")
        line = sidecar.wait_for_log("account refused")
        assert line["problems"][0].startswith(f"{folder}/p.json:1: UnreadableFile: is not a regular file")
        assert may(sidecar, GOOD[0])
        assert sidecar.stop() == 0


# History ------------------------------------------------------------------------------------------------------------


def versions(folder, turn):
    """Ways in which a version of a policy is written."""
    text = document(allow(f"im:V{turn}"))
    if turn % 4 == 0:
        (folder / "p.json").write_text(text)
    elif turn % 4 == 1:
        (folder / ".new").write_text(text)
        (folder / ".new").rename(folder / "p.json")
    elif turn % 4 == 2:
        with (folder / "p.json").open("w") as file:
            for at in range(0, len(text), 10):
                file.write(text[at : at + 10])
                file.flush()
    else:
        other = folder.with_name(f".{folder.name}.new")
        shutil.copytree(folder, other)
        (other / "p.json").write_text(text)
        folder.rename(folder.with_name(f".{folder.name}.old"))
        other.rename(folder)
        shutil.rmtree(folder.with_name(f".{folder.name}.old"))


def history(sidecar, uin, stop):
    """The versions that answers show, each once, in the order in which they were seen; each is the only one there."""
    principal = f"qcs::cam::uin/{uin}:uin/100001"
    checks = [check_request(principal, f"im:V{turn}") for turn in range(TURNS + 1)]
    seen = []
    while not stop.is_set() or seen[-1:] != [TURNS]:
        results = sidecar.stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=checks), timeout=DEADLINE).results
        if {reason(result.response) for result in results} == {"UNKNOWN_PRINCIPAL"}:
            continue  # while one folder takes the place of another there is none, and so no account
        allowed = [turn for turn, result in enumerate(results) if result.response.allowed]
        seen += [turn for turn in allowed if seen[-1:] != [turn]]
        if len(allowed) != 1:
            seen.append(f"{len(allowed)} versions at once")
            break
    return seen


@pytest.mark.parametrize("user", [None, NOBODY], ids=["owner", "another user"])
def test_no_answer_is_older_than_one_given_and_none_is_of_half_a_version(root, user):
    """Each version allows one action; the boundary stands in the last line of the attachments, written slowly."""
    if user is not None and not can_be_another_user():
        pytest.skip("this process cannot become another user")
    uin, bounded = GOOD[:2]
    users = [{"uin": "100001", "policies": ["p"]}]
    folder = write_account(root / uin, {"p": [allow("im:V0")]}, account=uin, users=users)
    holder = [{"uin": "100001", "policies": ["AdministratorAccess"], "boundary": "bound"}]
    slow = write_account(root / bounded, {"bound": [allow("im:*")]}, account=bounded, users=holder)
    stop, escaped, seen = threading.Event(), [], []
    with Misbehaviour(root), Sidecar(root, "--allow-broken-accounts", user=user) as sidecar:

        def look():
            while not stop.is_set():
                if may(sidecar, bounded, "sms:SendSms"):
                    escaped.append(1)

        looking = threading.Thread(target=look)
        reading = threading.Thread(target=lambda: seen.extend(history(sidecar, uin, stop)))
        (root / SERVING).touch()
        for thread in (looking, reading):
            thread.start()
        for turn in range(1, TURNS + 1):
            versions(folder, turn)
            write_slowly(slow / "attachments.yaml", bounded)
            if turn % 5 == 0:  # the others may be passed over, never gone back to
                eventually(lambda turn=turn: may(sidecar, uin, f"im:V{turn}"))
        stop.set()
        for thread in (looking, reading):
            thread.join(DEADLINE)
    assert escaped == []
    assert [each for each in seen if isinstance(each, str)] == []
    assert seen == sorted(seen)
    assert seen[-1] == TURNS
    assert len(seen) > 8


def write_slowly(path, uin):
    lines = [
        f"account: '{uin}'\n",
        "users:\n",
        "- uin: '100001'\n",
        "  policies: [AdministratorAccess]\n",
        "  boundary: bound\n",
    ]
    with path.open("w") as file:
        for line in lines:
            file.write(line)
            file.flush()
            take_time(0.02)
