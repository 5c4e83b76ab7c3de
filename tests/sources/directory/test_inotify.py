import ctypes
import errno
import os

import pytest

from authz.sources.directory import inotify
from authz.sources.directory.inotify import Inotify


@pytest.fixture
def queue():
    made = Inotify()
    yield made
    made.close()


def names(queue, mask):
    return [event.name for event in queue.read() if event.mask & mask]


def test_a_writer_that_closes_its_file_is_told_of(tmp_path, queue):
    queue.add(str(tmp_path))
    with (tmp_path / "file").open("w") as file:
        file.write("x")
        file.flush()
        assert names(queue, inotify.CLOSE_WRITE) == []
    assert names(queue, inotify.CLOSE_WRITE) == ["file"]
    assert queue.read() == []


def test_names_that_come_and_go_are_told_of_whatever_they_are(tmp_path, queue):
    queue.add(str(tmp_path))
    (tmp_path / os.fsdecode(b"\xff")).mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "link").rename(tmp_path / "moved")
    (tmp_path / "moved").unlink()
    events = queue.read()
    assert [event.name for event in events] == [os.fsdecode(b"\xff"), "link", "link", "moved", "moved"]
    assert [bool(event.mask & inotify.IS_DIRECTORY) for event in events] == [True, False, False, False, False]


def test_a_folder_has_one_number_whatever_leads_to_it_and_none_when_it_is_removed(tmp_path, queue):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    watch = queue.add(str(tmp_path / "a"))
    assert queue.add(str(tmp_path / "link")) == watch
    queue.remove(watch)
    queue.remove(watch)
    (tmp_path / "a" / "file").touch()
    assert {event.mask & inotify.IGNORED for event in queue.read()} == {inotify.IGNORED}


@pytest.mark.parametrize(("name", "number"), [("nosuch", errno.ENOENT), ("file", errno.ENOTDIR)])
def test_what_is_not_a_folder_cannot_be_watched(tmp_path, queue, name, number):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        queue.add(str(tmp_path / name))
    assert caught.value.errno == number


def test_a_system_without_it_says_so(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    with pytest.raises(OSError, match="no inotify"):
        Inotify()
