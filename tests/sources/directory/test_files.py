"""Whatever lies in an account's folder: it is looked at and read without hanging, within bounds, or it is a problem."""

import os
import socket

import pytest

from authz.sources.directory import files
from authz.sources.directory.files import examine, list_account, read_file
from tests.sources.folders import write_account

KEY = "a"


@pytest.fixture
def folder(tmp_path):
    return write_account(tmp_path / KEY, 1)


def problems(folder):
    return [(os.path.relpath(each.file, folder), each.message) for each in list_account(folder.parent, KEY).problems]


def test_the_files_of_an_account_are_listed_with_how_they_stand(folder):
    listing = list_account(folder.parent, KEY)
    assert set(listing.files) == {"attachments.yaml", "policies/p.json"}
    assert (listing.is_there, listing.has_attachments, listing.problems) == (True, True, [])
    assert listing.files["policies/p.json"].size == (folder / "policies" / "p.json").stat().st_size


def fifo(path):
    os.mkfifo(path)


def listening(path):
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)
        server.bind(path.name)


@pytest.mark.parametrize("make", [fifo, listening])
def test_what_is_no_file_is_a_problem_with_its_path_and_opening_it_does_not_hang(folder, make, monkeypatch):
    monkeypatch.chdir(folder)
    make(folder / "x.json")
    assert problems(folder) == [("x.json", "is not a regular file")]
    text, _ = read_file(folder.parent, KEY, "x.json")
    assert text.problem is not None
    assert text.problem.file == str(folder / "x.json")


def test_a_device_is_no_file(folder):
    (folder / "x.json").symlink_to("/dev/zero")
    assert problems(folder) == [("x.json", "is not a regular file")]
    assert read_file(folder.parent, KEY, "x.json")[0].problem.message == "is not a regular file"


def test_a_link_loop_is_a_problem_and_a_link_that_leads_nowhere_is_not_there(folder):
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "gone.json").symlink_to("nowhere")
    assert problems(folder) == [("loop.json", "Too many levels of symbolic links")]
    assert examine(folder.parent, KEY, "loop.json")[1] != []
    assert examine(folder.parent, KEY, "gone.json") == (None, [])


def test_a_name_that_is_too_long_for_a_link_is_a_problem(folder):
    (folder / "long.json").symlink_to("x" * 300)
    assert problems(folder) == [("long.json", "File name too long")]


def test_a_folder_with_the_name_of_a_policy_is_not_one(folder):
    (folder / "x.json").mkdir()
    assert problems(folder) == []
    assert examine(folder.parent, KEY, "x.json") == (None, [])


@pytest.mark.parametrize(
    ("name", "limit"), [("p.json", "MAX_POLICY_BYTES"), ("attachments.yaml", "MAX_ATTACHMENTS_BYTES")]
)
def test_a_file_beyond_the_bound_is_refused_before_it_is_read(folder, name, limit, monkeypatch):
    with (folder / name).open("w") as file:
        file.truncate(getattr(files, limit) + 1)  # a hole: it takes no room
    monkeypatch.setattr(files.os, "read", lambda *_: pytest.fail("it was read"))
    text, _ = read_file(folder.parent, KEY, name)
    assert (text.problem.code, text.text) == ("FileTooLarge", None)


def test_too_many_files_are_a_problem_of_their_account(folder, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILES", 10)
    for number in range(12):
        (folder / f"x{number}.json").touch()
    assert [message for _, message in problems(folder)] == ["more than 10 files"]


def test_a_file_that_changes_while_it_is_read_is_a_problem(folder, monkeypatch):
    real = os.read

    def grow(file, size):
        with (folder / "policies" / "p.json").open("a") as more:
            more.write(" ")
        return real(file, size)

    monkeypatch.setattr(files.os, "read", grow)
    text, _ = read_file(folder.parent, KEY, "policies/p.json")
    assert text.problem.code == "UnsettledFile"


def test_a_renamed_file_was_whole_before_and_one_just_written_may_not_be(folder):
    path = folder / "policies" / "p.json"
    os.utime(path, ns=(1, 1))
    path.rename(folder / "q.json")
    assert list_account(folder.parent, KEY).files["q.json"].is_placed
    path.write_text("{}")
    assert not list_account(folder.parent, KEY).files["policies/p.json"].is_placed


def test_a_file_that_a_link_was_put_to_after_it_was_written_was_whole_before(folder):
    version = folder / "..1"
    version.mkdir()
    (version / "x.json").write_text("{}")
    (folder / "..data").symlink_to("..1")
    (folder / "x.json").symlink_to("..data/x.json")
    listing = list_account(folder.parent, KEY)
    assert listing.files["x.json"].is_placed
    assert str(version.resolve()) in {link.place for link in listing.links.values()}


@pytest.mark.parametrize("is_older", [True, False])
def test_the_folders_that_links_lead_to_are_known_whatever_the_times_of_the_files(folder, is_older):
    version = folder / "..1"
    version.mkdir()
    (version / "x.json").write_text("{}")
    if is_older:  # as after a rename or a change of mode
        os.utime(version / "x.json", ns=(1, 1))
    (folder / "..data").symlink_to("..1")
    (folder / "x.json").symlink_to("..data/x.json")
    links = list_account(folder.parent, KEY).links
    assert {(link.place, link.link_folder) for link in links.values()} == {(str(version.resolve()), str(folder))}


def test_what_is_not_there_is_not_there(tmp_path):
    (tmp_path / "file").touch()
    assert not list_account(tmp_path, "nosuch").is_there
    assert not list_account(tmp_path, "file").is_there
