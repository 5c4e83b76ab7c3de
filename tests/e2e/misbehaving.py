"""Writers and folders that misbehave, each in another way; each is told how to leave off.

A writer is called again and again with its account's folder; what it raises is its own business.
"""

import itertools
import os
import shutil
import threading
import time
from contextlib import suppress

from tests.builders import allow, document
from tests.sidecar import write_account

GRANT = document(allow("*"))
SERVING = ".serving"
"""The name of a file that tells that all are served."""
USERS = [{"uin": "100001", "policies": ["p"], "boundary": "bound"}]


def prepare(root, name, uin):
    """An account whose user may do anything within a boundary that allows all of IM."""
    policies = {"p": [allow("*")], "bound": [allow("im:*")]}
    return write_account(root / name, policies, account=uin, users=USERS)


def take_time(seconds):
    time.sleep(seconds)


def rewrite_again_and_again(folder, turn):
    (folder / "p.json").write_text(document(allow(f"im:X{turn}")))


def append_to_a_log_with_the_name_of_a_policy(folder, turn):
    with (folder / "x.json").open("a") as file:
        file.write(f"{turn} something happened\n")


def keep_the_attachments_open(folder, _turn):
    with (folder / "attachments.yaml").open("r+"):
        take_time(0.5)


def keep_a_policy_open(folder, _turn):
    with (folder / "p.json").open("r+") as file:
        file.write(" ")
        file.flush()
        take_time(0.5)


def write_the_attachments_slowly(folder, _turn):
    text = "account: '{}'\nusers:\n- uin: '100001'\n  policies: [p]\n  boundary: bound\n"
    uin = folder.name.rpartition("-")[2]
    with (folder / "attachments.yaml").open("w") as file:
        for line in text.format(uin).splitlines(keepends=True):
            file.write(line)
            file.flush()
            take_time(0.02)


def write_a_policy_slowly(folder, _turn):
    with (folder / "p.json").open("w") as file:
        for at in range(0, len(GRANT), 10):
            file.write(GRANT[at : at + 10])
            file.flush()
            take_time(0.02)


def put_a_fifo_in_place(folder, _turn):
    os.mkfifo(folder / ".fifo")
    (folder / ".fifo").rename(folder / "p.json")
    take_time(0.05)
    (folder / "p.json").unlink()
    (folder / "p.json").write_text(GRANT)


def put_a_device_in_place(folder, _turn):
    with suppress(FileExistsError):
        (folder / "zero.json").symlink_to("/dev/zero")


def make_a_link_loop(folder, _turn):
    with suppress(FileExistsError):
        (folder / "loop.json").symlink_to("loop.json")


def make_a_link_with_too_long_a_name(folder, _turn):
    with suppress(FileExistsError):
        (folder / "long.json").symlink_to("x" * 300)


def lock_the_folder(folder, turn):
    folder.chmod(0o700 if turn % 2 else 0)


def grow_a_policy_to_60_megabytes(folder, _turn):
    with (folder / "p.json").open("r+") as file:
        file.truncate(60_000_000)


def grow_the_attachments_to_60_megabytes(folder, _turn):
    with (folder / "attachments.yaml").open("r+") as file:
        file.truncate(60_000_000)


def write_what_is_no_text(folder, _turn):
    (folder / "p.json").write_bytes(os.urandom(1000))


def nest_deeply(folder, _turn):
    (folder / "p.json").write_text("[" * 100_000)
    (folder / "attachments.yaml").write_text("[" * 100_000)


def refer_to_itself(folder, _turn):
    (folder / "attachments.yaml").write_text("a: &a [1]\n" + "".join(f"b{at}: [*a, *a]\n" for at in range(1000)))


def move_the_folder_away_and_back(folder, _turn):
    away = folder.with_name(f".{folder.name}")
    folder.rename(away)
    take_time(0.01)
    away.rename(folder)


def delete_and_make_the_attachments(folder, _turn):
    text = (folder / "attachments.yaml").read_text()
    (folder / "attachments.yaml").unlink()
    (folder / "attachments.yaml").write_text(text)


def make_and_remove_files(folder, _turn):
    for at in range(200):
        (folder / f"many{at}.json").write_text(GRANT)
    for at in range(200):
        (folder / f"many{at}.json").unlink()


def touch_everything(folder, _turn):
    for file in folder.iterdir():
        file.touch()
        file.chmod(0o644)


def swap_the_data_link(folder, turn):
    version = folder / f"..{turn}"
    version.mkdir()
    (version / "p.json").write_text(document(allow(f"im:X{turn}")))
    (folder / "..tmp").symlink_to(version.name)
    (folder / "..tmp").rename(folder / "..data")
    if not (folder / "p.json").is_symlink():
        (folder / "p.json").unlink()
        (folder / "p.json").symlink_to("..data/p.json")
    shutil.rmtree(folder / f"..{turn - 1}", ignore_errors=True)


def claim_the_number_of_another(folder, _turn):
    if not (folder.parent / SERVING).exists():  # at the start nobody could tell whose it is
        return
    (folder / "attachments.yaml").write_text("account: '20000000'\n")


def write_many_statements(folder, _turn):
    (folder / "p.json").write_text(document(*[allow(f"im:X{at}") for at in range(2000)]))


def replace_the_folder(folder, _turn):
    other, away = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    shutil.copytree(folder, other)
    folder.rename(away)
    other.rename(folder)
    shutil.rmtree(away)


WRITERS = [
    rewrite_again_and_again, append_to_a_log_with_the_name_of_a_policy, keep_the_attachments_open, keep_a_policy_open,
    write_the_attachments_slowly, write_a_policy_slowly, put_a_fifo_in_place, put_a_device_in_place, make_a_link_loop,
    make_a_link_with_too_long_a_name, lock_the_folder, grow_a_policy_to_60_megabytes,
    grow_the_attachments_to_60_megabytes, write_what_is_no_text, nest_deeply, refer_to_itself,
    move_the_folder_away_and_back, delete_and_make_the_attachments, make_and_remove_files, touch_everything,
    swap_the_data_link, claim_the_number_of_another, write_many_statements, replace_the_folder,
]  # fmt: skip


class Misbehaviour:
    """All of them at once, each in an account of its own below `root`, for as long as the block lasts."""

    def __init__(self, root, pause=0.01):
        self.folders = {
            writer: prepare(root, f"{writer.__name__}-{30_000_000 + at}", str(30_000_000 + at))
            for at, writer in enumerate(WRITERS)
        }
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=each, daemon=True) for each in self.folders.items()]

    def _write(self, writer, folder):
        for turn in itertools.count(1):
            with suppress(OSError):
                writer(folder, turn)
            if self._stop.wait(self._pause):
                return

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for folder in self.folders.values():
            with suppress(OSError):
                folder.chmod(0o755)


def spoil_the_root(root):
    """Entries beside the accounts that cannot be looked at, by whoever is not root at least."""
    (root / "lost+found").mkdir(mode=0o700)
    (root / "loop").symlink_to("loop")
    (root / "long").symlink_to("x" * 300)
    os.mkfifo(root / "fifo")
