import os

import pytest

from authz.sources.directory.fingerprint import age, fingerprint, folder_fingerprint


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "file"
    made.write_text("text")
    return made


def test_it_stays_the_same_while_the_file_does(path):
    assert fingerprint(path.stat()) == fingerprint(path.stat())


def test_it_differs_after_a_write_and_after_a_replacement(path):
    before = path.stat()
    path.write_text("text, longer")
    longer = path.stat()
    other = path.with_name("other")
    other.write_text("text")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len({fingerprint(each) for each in (before, longer, other.stat())}) == 3


def test_a_folder_that_changed_just_now_has_none(tmp_path):
    assert folder_fingerprint(tmp_path.stat()) == 0


def test_a_folder_that_has_stood_for_a_while_has_one_that_changes_with_its_names(tmp_path):
    def later():
        return tmp_path.stat().st_mtime + 100

    before = folder_fingerprint(tmp_path.stat(), later)
    assert before == folder_fingerprint(tmp_path.stat(), later) != 0
    (tmp_path / "new").touch()
    assert folder_fingerprint(tmp_path.stat(), later) not in (0, before)


def test_a_time_in_the_future_is_no_age(path):
    written = path.stat().st_mtime
    assert age(path.stat(), lambda: written - 1000) == 0.0
    assert age(path.stat(), lambda: written + 1000) == 1000
