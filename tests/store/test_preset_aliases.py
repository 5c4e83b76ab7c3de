"""Remarks on presets, on both databases."""

from authz.store.records import PresetAliasRecord
from tests.store.writing import ROOT, author


def aliases(database):
    with database.read() as reader:
        return [(each.policy_id, each.alias) for each in reader.preset_aliases.list(ROOT)]


def put(database, policy_id, alias):
    with database.write(author("UpdatePolicy")) as writer:
        writer.preset_aliases.put(PresetAliasRecord(ROOT, policy_id, alias))
        before = writer.revision
    return writer.revision - before


def test_a_remark_is_set_changed_and_removed(database):
    assert put(database, 1, "admins") == 1
    assert put(database, 524252, "im") == 1
    assert aliases(database) == [(1, "admins"), (524252, "im")]
    assert put(database, 1, "administrators") == 1
    assert put(database, 524252, "") == 1
    assert aliases(database) == [(1, "administrators")]


def test_what_changes_nothing_makes_no_revision(database):
    assert put(database, 1, "") == 0
    assert put(database, 1, "admins") == 1
    assert put(database, 1, "admins") == 0


def test_an_account_is_removed_with_its_remarks(database):
    put(database, 1, "admins")
    with database.write(author("RemoveAccount")) as writer:
        writer.accounts.remove(ROOT)
    assert aliases(database) == []
