import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.sources import lookout as lookout_module
from authz.sources.lookout import Lookout, read_hint, write_hint
from tests.logs import capture_logs
from tests.sidecar import ROOT
from tests.sources.folders import write_account
from tests.waiting import BRIEF, DEADLINE

NAMES = st.frozensets(st.text(st.characters(), max_size=5), max_size=5)


@given(st.none() | NAMES)
def test_a_hint_is_one_line_and_the_same_on_the_other_side(hint):
    line = write_hint(hint)
    assert "\n" not in line
    assert read_hint(line.encode()) == hint


def test_of_many_names_none_is_told():
    assert write_hint(frozenset(map(str, range(1001)))) == "null"


@pytest.mark.parametrize("line", [b"", b"{", b"1", b"[1]", b"\xff", b'{"a": 1}'])
def test_what_cannot_be_understood_may_be_anything(line):
    assert read_hint(line) is None


def watched(root, scenario):
    """Run `scenario(lookout, heard)`, `heard(hint)` being to wait until that is heard; returns what was logged."""

    async def run():
        lookout = Lookout(root)
        task = asyncio.create_task(lookout.run())

        async def heard(wanted):
            async with asyncio.timeout(DEADLINE):
                while await lookout.wait(BRIEF) != wanted:
                    assert not task.done()

        try:
            await scenario(heard)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with capture_logs() as lines:
        asyncio.run(run())
    return lines


def processes(root):
    """The lookouts on `root`."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = file.read_text().split("\0")
            if str(root) in words and any("lookout" in word for word in words):
                found.append(int(file.parent.name))
    return found


def priorities(process):
    """Of its threads; the kernel keeps one for each."""
    return [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in Path(f"/proc/{process}/task").iterdir()]


def test_changes_are_heard_by_name_and_no_process_is_left(tmp_path):
    write_account(tmp_path / "a", 1)

    async def scenario(heard):
        await heard(None)  # nobody watched yet
        await heard(None)  # the other process has begun to
        write_account(tmp_path / "a", 1, "{}")
        await heard(frozenset({"a"}))
        assert len(processes(tmp_path)) == 1

    assert watched(tmp_path, scenario) == []
    assert processes(tmp_path) == []


def test_every_thread_of_it_lets_those_go_first_who_answer(tmp_path):
    own = os.getpriority(os.PRIO_PROCESS, 0)

    async def scenario(heard):
        await heard(None)
        await heard(None)
        [process] = processes(tmp_path)
        found = priorities(process)
        assert len(found) > 1
        assert set(found) == {min(own + 10, 19)}

    assert watched(tmp_path, scenario) == []


def test_a_lost_process_is_told_and_followed_by_another(tmp_path, monkeypatch):
    write_account(tmp_path / "a", 1)
    monkeypatch.setattr(lookout_module, "_RETRY_SECONDS", 0.0)

    async def scenario(heard):
        await heard(None)
        await heard(None)
        [process] = processes(tmp_path)
        os.kill(process, signal.SIGKILL)
        await heard(None)
        await heard(None)
        write_account(tmp_path / "a", 1, "{}")
        await heard(frozenset({"a"}))

    [line] = watched(tmp_path, scenario)
    assert (line["log_level"], line["reason"]) == ("warning", "it ended")


def test_a_process_that_cannot_be_started_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(lookout_module.sys, "executable", str(tmp_path / "nosuch"))
    monkeypatch.setattr(lookout_module, "_RETRY_SECONDS", 600.0)

    async def scenario(heard):
        await heard(None)
        await asyncio.sleep(0)

    [line] = watched(tmp_path, scenario)
    assert "No such file" in line["reason"]


FORKS = """
import asyncio, ctypes, sys, uvloop
from pathlib import Path
from authz.sources.lookout import Lookout

forks = []
handler = ctypes.CFUNCTYPE(None)(lambda: forks.append(1))
ctypes.CDLL(None).__register_atfork(handler, None, None, None)

async def run():
    lookout = Lookout(Path(sys.argv[1]))
    task = asyncio.create_task(lookout.run())
    folder = Path(sys.argv[1], "a")
    folder.mkdir()
    while not await lookout.wait(0.1):
        (folder / "attachments.yaml").touch()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

uvloop.run(run())
print(len(forks))
"""


def test_it_is_started_without_a_fork_which_gRPC_would_hear_of_and_disturb_connections(tmp_path):  # noqa: N802
    pytest.importorskip("uvloop")
    program = [sys.executable, "-c", FORKS, str(tmp_path)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=DEADLINE, cwd=ROOT)
    assert (ended.returncode, ended.stdout) == (0, "0\n"), ended.stderr
