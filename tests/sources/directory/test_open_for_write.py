import fcntl
import os
from pathlib import Path

import pytest

from authz.sources.directory import open_for_write
from authz.sources.directory.open_for_write import is_open_for_write


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def path(tmp_path):
    """A file on a file system that grants leases."""
    path = tmp_path / "file"
    path.write_text("whole")
    with path.open() as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except (AttributeError, OSError):
            pytest.skip("this system grants no leases on files")
    return path


def test_a_file_that_nobody_has_open_is_not_being_written(path):
    assert is_open_for_write(path) is False


@pytest.mark.parametrize("mode", ["a", "r+", "w"])
def test_a_file_that_is_open_for_writing_is_open_for_write_until_it_is_closed(path, mode):
    with path.open(mode):
        assert is_open_for_write(path)
    assert is_open_for_write(path) is False


def test_a_reader_does_not_count(path):
    with path.open():
        assert is_open_for_write(path) is False


def test_looking_leaves_the_file_free_for_writers(path):
    assert is_open_for_write(path) is False
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)  # would fail at once if a lease were still held
    os.close(descriptor)


def test_looking_leaves_no_descriptor_open(path):
    before = open_descriptors()
    for _ in range(20):
        is_open_for_write(path)
    with path.open("a"):
        is_open_for_write(path)
    assert open_descriptors() == before


def test_of_a_file_that_is_not_there_nothing_can_be_told(tmp_path):
    assert is_open_for_write(tmp_path / "nosuch") is None


def test_a_system_without_leases_cannot_tell(path, monkeypatch):
    monkeypatch.setattr(open_for_write, "_SET_LEASE", None)
    with path.open("a"):
        assert is_open_for_write(path) is None


def test_a_file_system_that_refuses_leases_cannot_tell(path, monkeypatch):
    def refuse(*_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(open_for_write.fcntl, "fcntl", refuse)
    with path.open("a"):
        assert is_open_for_write(path) is None


def test_asking_about_what_is_no_file_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    assert is_open_for_write(tmp_path / "fifo") is not True
