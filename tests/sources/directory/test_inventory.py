import os
from pathlib import Path

import pytest

from authz.errors import SourceError
from authz.sources.directory import inventory as inventory_module
from authz.sources.directory.inventory import accounts_below, inventory_of, is_single, reports_all_changes
from tests.sources.folders import GRANT, write_account


def test_places_are_all_folders_that_are_not_hidden(tmp_path):
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    found = inventory_of(tmp_path)
    assert (found.keys, found.is_single, found.has_links, found.problems) == (["a", "b"], False, False, {})
    (tmp_path / "link").symlink_to("a")
    assert inventory_of(tmp_path).has_links


def test_a_directory_with_an_attachments_file_is_the_one_place(tmp_path):
    write_account(tmp_path, 1)
    (tmp_path / "sub").mkdir()
    assert is_single(tmp_path)
    assert inventory_of(tmp_path).keys == [""]


def test_an_entry_that_cannot_be_looked_at_is_a_problem_of_its_own(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "long").symlink_to("x" * 300)
    found = inventory_of(tmp_path)
    assert found.keys == ["a"]
    assert {key: (each.file, each.message) for key, each in found.problems.items()} == {
        "loop": (str(tmp_path / "loop"), "Too many levels of symbolic links"),
        "long": (str(tmp_path / "long"), "File name too long"),
    }


def test_accounts_are_told_from_what_only_holds_policies(tmp_path):
    write_account(tmp_path / "a", 1)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "p.json").write_text(GRANT)
    (tmp_path / "c").mkdir()
    found = accounts_below(tmp_path)
    assert (found.keys, found.bare) == (["a"], ["b"])


def test_a_root_that_cannot_be_listed_is_an_error_of_the_source(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        inventory_of(tmp_path / "nosuch")


@pytest.mark.parametrize(
    ("kind", "tells"), [("ext4", True), ("tmpfs", True), ("overlay", True), ("nfs4", False), ("fuse.sshfs", False)]
)
def test_only_where_this_machine_makes_all_changes_itself_do_events_tell_of_them(tmp_path, monkeypatch, kind, tells):
    mounts = tmp_path / "mountinfo"
    place = os.path.realpath(tmp_path)
    mounts.write_text(
        f"1 0 0:1 / / rw - ext3 /dev/root rw\n2 1 0:2 / {place} rw shared:1 - {kind} x rw\n"
        f"3 1 0:3 / {place}/deeper rw - proc proc rw\n"
    )
    monkeypatch.setattr(inventory_module, "_MOUNTS", mounts)
    assert reports_all_changes(tmp_path) is tells


def test_where_nobody_knows_the_file_system_changes_may_be_missed(tmp_path, monkeypatch):
    monkeypatch.setattr(inventory_module, "_MOUNTS", Path("/nosuch"))
    assert not reports_all_changes(tmp_path)
