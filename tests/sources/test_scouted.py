import os
import signal

import pytest

from authz.errors import InvalidAccountError, SourceError
from authz.sources import scouted
from authz.sources.directory import DirectorySource
from authz.sources.scouted import ScoutedFiles
from tests.builders import allow, deny, document
from tests.logs import capture_logs
from tests.sources.folders import GRANT, attachments, write_account


@pytest.fixture
def files(tmp_path):
    """Two accounts that are many files, after the first load."""
    write_account(tmp_path / "a", 1)
    write_account(tmp_path / "b", 2)
    files = ScoutedFiles(tmp_path, many=4)
    files.look()
    files.slow_down()
    yield files
    files.close()


@pytest.fixture
def source(files):
    return DirectorySource(files.root, files)


def alone(source):
    return DirectorySource(source.root)


def test_few_files_are_read_here_and_many_while_nobody_waits(tmp_path):
    write_account(tmp_path / "a", 1)
    files = ScoutedFiles(tmp_path, many=2)
    assert list(files.look().accounts) == ["a"]
    assert files.scout is None
    files.slow_down()
    files.look()
    assert files.scout is not None
    files.close()
    few = ScoutedFiles(tmp_path, many=3)
    few.look()
    few.slow_down()
    few.look()
    assert few.scout is None


def test_a_scout_sees_and_reads_what_this_process_would(files, source):
    for change in (None, "text", "new", "gone"):
        if change == "text":
            write_account(files.root / "a", 1, document(deny("*")))
        if change == "new":
            write_account(files.root / "c", 3)
        if change == "gone":
            (files.root / "b" / "attachments.yaml").unlink()
        look = source.look()
        assert look == alone(source).look()
        assert source.look_at(["a"]) == alone(source).look_at(["a"])
        assert source.is_settled(["a"]) == alone(source).is_settled(["a"])
        for key in look.accounts:
            assert source.load(key) == alone(source).load(key)
    assert files.scout is not None


def test_policies_that_did_not_change_are_not_made_again(files, source):
    (files.root / "a" / "policies" / "q.json").write_text(GRANT)
    first = source.load("a")
    (files.root / "a" / "policies" / "q.json").write_text(document(deny("*")))
    second = source.load("a")
    assert second == alone(source).load("a")
    assert second.policies["p"] is first.policies["p"]
    assert second.policies["q"] != first.policies["q"]


def problems(source):
    with pytest.raises(InvalidAccountError) as caught:
        source.load("a")
    return caught.value.problems


def test_problems_are_told_as_this_process_tells_them(files, source):
    folder = files.root / "a"
    source.load("a")
    faults = {
        "policies/q.json": "{",
        "policies/no name.json": GRANT,
        "policies/QcloudSMSFullAccess.json": GRANT,
        "p.json": GRANT,
        "policies/other.json": document(allow("im:*", "qcs::im::uin/9:sdkappid/*")),
    }
    for name, text in faults.items():
        (folder / name).write_text(text)
        assert problems(source) == problems(alone(source))
        (folder / name).unlink()
    (folder / "policies" / "p.json").rename(folder / "policies" / "bad name.json")
    assert problems(source) == problems(alone(source))


def test_what_an_account_may_name_is_looked_at_again_when_its_number_changes(files, source):
    folder = files.root / "a"
    (folder / "policies" / "p.json").write_text(document(allow("im:*", "qcs::im::uin/1:sdkappid/*")))
    source.load("a")
    (folder / "attachments.yaml").write_text(attachments(7, "p"))
    assert problems(source) == problems(alone(source))
    (folder / "policies" / "p.json").write_text(document(allow("im:*", "qcs::im::uin/7:sdkappid/*")))
    assert source.load("a") == alone(source).load("a")


def test_a_directory_that_is_gone_is_the_sources_fault(files, source):
    source.look()
    files.root.rename(files.root.parent / "away")
    with pytest.raises(SourceError, match="cannot read"):
        source.look()
    assert files.scout is not None


def test_a_lost_scout_is_stood_in_for_and_followed_by_another_later(files, source, monkeypatch):
    source.look()
    lost = files.scout
    os.kill(lost, signal.SIGKILL)
    with capture_logs() as logs:
        for _ in range(3):
            assert source.load("a") == alone(source).load("a")
            assert source.look() == alone(source).look()
    assert (files.scout, len(logs)) == (None, 1)
    monkeypatch.setattr(scouted, "_RETRY_SECONDS", 0.0)
    assert source.look() == alone(source).look()
    assert files.scout not in (None, lost)


def test_a_scout_that_talks_nonsense_is_lost(files, source, monkeypatch):
    monkeypatch.setattr(scouted, "_PROGRAM", "import sys; sys.stdin.buffer.read(1); print('nonsense')")
    assert source.look() == alone(source).look()
    assert files.scout is None


def test_a_closed_one_leaves_no_process_behind_and_still_reads(files, source):
    source.look()
    scout = files.scout
    files.close()
    with pytest.raises(ProcessLookupError):
        os.kill(scout, 0)
    assert source.load("a") == alone(source).load("a")
    assert files.scout is None


def test_a_scout_that_does_not_end_is_ended(files, monkeypatch):
    monkeypatch.setattr(scouted, "_PROGRAM", "import time; time.sleep(600)")
    monkeypatch.setattr(scouted, "_END_SECONDS", 0.1)
    messenger = scouted.Messenger(files.root, lambda: None)
    messenger.end()
    with pytest.raises(ProcessLookupError):
        os.kill(messenger.pid, 0)
