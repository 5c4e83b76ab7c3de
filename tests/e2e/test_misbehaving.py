"""Whatever happens in the folders of others: an account's changes come into force, and what does not is told."""

import os
import tempfile
import threading
from pathlib import Path

import pytest

from tests.builders import allow
from tests.e2e.history import WAYS, History, text_of
from tests.e2e.misbehaving import SERVING, Misbehaviour, make_a_link_loop, spoil_the_root, take_time
from tests.other_user import another_user
from tests.sidecar import Sidecar, write_account
from tests.waiting import DEADLINE, eventually

ROUNDS = 5
TURNS = 40
GOOD = [str(20_000_000 + at) for at in range(5)]


def interpreter_of(user):
    """None for the owner of the files; skips where this process cannot become another user."""
    if user == "owner":
        return None
    found = another_user()
    if found is None:
        pytest.skip("this process cannot become another user")
    return found


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
@pytest.mark.parametrize("user", ["owner", "another user"])
def test_others_that_misbehave_hold_up_no_revocation_and_are_told_of(root, workers, user):
    interpreter = interpreter_of(user)
    for uin in GOOD:
        put(root, uin, "allow")
    spoil_the_root(root)
    with (
        Misbehaviour(root) as misbehaving,
        Sidecar(root, "--allow-broken-accounts", workers=workers, interpreter=interpreter) as sidecar,
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
    with Sidecar(root, interpreter=another_user()) as sidecar:
        assert may(sidecar, GOOD[0])
        line = sidecar.wait_for_log("entry cannot be examined", entry="loop")
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


@pytest.mark.parametrize("user", ["owner", "another user"])
def test_no_answer_is_older_than_one_given_and_none_is_of_half_a_version(root, user):
    """Each version allows one action; the boundary stands in the last line of the attachments, written slowly."""
    interpreter = interpreter_of(user)
    uin, bounded = GOOD[:2]
    users = [{"uin": "100001", "policies": ["p"]}]
    folder = write_account(root / uin, {"p": [allow("im:V0")]}, account=uin, users=users)
    holder = [{"uin": "100001", "policies": ["AdministratorAccess"], "boundary": "bound"}]
    slow = write_account(root / bounded, {"bound": [allow("im:*")]}, account=bounded, users=holder)
    stop, escaped = threading.Event(), []
    with Misbehaviour(root), Sidecar(root, "--allow-broken-accounts", interpreter=interpreter) as sidecar:

        def look():
            while not stop.is_set():
                if may(sidecar, bounded, "sms:SendSms"):
                    escaped.append(1)

        history = History(sidecar.stub, uin, TURNS)
        looking = threading.Thread(target=look)
        reading = threading.Thread(target=history.ask_until, args=(stop.is_set,))
        (root / SERVING).touch()
        for thread in (looking, reading):
            thread.start()
        for turn in range(1, TURNS + 1):
            WAYS[turn % len(WAYS)](folder, text_of(turn))
            write_slowly(slow / "attachments.yaml", bounded)
            if turn % 5 == 0:  # the others may be passed over, never gone back to
                eventually(lambda turn=turn: may(sidecar, uin, f"im:V{turn}"))
        eventually(lambda: TURNS in history.seen)
        stop.set()
        for thread in (looking, reading):
            thread.join(DEADLINE)
    assert escaped == []
    assert history.mixtures == []
    assert history.is_in_order
    assert history.seen[-1] == TURNS
    assert len(history.seen) > 8


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
