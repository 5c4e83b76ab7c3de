"""How records are written to rows."""

from dataclasses import fields

from authz.store import mapping
from authz.store.records import RECORDS, AttachmentRecord, HolderKind, UserRecord


def test_every_kind_of_record_has_a_column_for_each_field():
    maps = [each for each in vars(mapping).values() if isinstance(each, mapping.RecordMap)]
    assert {each.kind for each in maps} == set(RECORDS)
    for each in maps:
        assert [column.name for column in each.columns] == [field.name for field in fields(each.kind)]
        assert {column.name for column in each.table.primary_key} <= set(each.key) | {"id"}


def test_a_reference_to_a_preset_has_no_foreign_key():
    user = UserRecord("100", "200", "Alice", boundary_id=1)
    assert mapping.USERS.row(user)["custom_boundary_id"] is None
    assert mapping.USERS.row(user)["name_key"] == "alice"
    held = mapping.ATTACHMENTS.row(AttachmentRecord("100", HolderKind.GROUP, "7", 1_000_001))
    assert (held["custom_policy_id"], held["group_id"], held["user_uin"], held["role_id"]) == (1_000_001, 7, None, None)


def test_an_empty_name_is_like_no_other():
    assert mapping.USERS.row(UserRecord("100", "200", ""))["name_key"] is None
