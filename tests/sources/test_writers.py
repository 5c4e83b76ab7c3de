import fcntl
import os
from pathlib import Path

import pytest

from authz.sources import writers
from authz.sources.writers import is_being_written


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
    assert not is_being_written(path)


@pytest.mark.parametrize("mode", ["a", "r+", "w"])
def test_a_file_that_is_open_for_writing_is_being_written_until_it_is_closed(path, mode):
    with path.open(mode):
        assert is_being_written(path)
    assert not is_being_written(path)


def test_a_reader_does_not_count(path):
    with path.open():
        assert not is_being_written(path)


def test_looking_leaves_the_file_free_for_writers(path):
    assert not is_being_written(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)  # would fail at once if a lease were still held
    os.close(descriptor)


def test_looking_leaves_no_descriptor_open(path):
    before = open_descriptors()
    for _ in range(20):
        is_being_written(path)
    with path.open("a"):
        is_being_written(path)
    assert open_descriptors() == before


def test_a_file_that_is_not_there_is_not_being_written(tmp_path):
    assert not is_being_written(tmp_path / "nosuch")


def test_a_system_without_leases_counts_as_nobody_writing(path, monkeypatch):
    monkeypatch.setattr(writers, "_SET_LEASE", None)
    with path.open("a"):
        assert not is_being_written(path)


def test_a_file_system_that_refuses_leases_counts_as_nobody_writing(path, monkeypatch):
    def refuse(*_):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(writers.fcntl, "fcntl", refuse)
    with path.open("a"):
        assert not is_being_written(path)
