"""Records as the change log keeps them."""

import pytest

from authz.store.records import (
    AccessKeyRecord,
    AttachmentRecord,
    HolderKind,
    KeyStatus,
    PasswordRecord,
    UserRecord,
    from_plain,
    to_plain,
)


def test_a_record_is_the_same_again():
    for record in (
        UserRecord("1", "2", "alice", tags=(("b", "1"), ("a", "2"))),
        AttachmentRecord("1", HolderKind.ROLE, "3", 4),
        AccessKeyRecord("1", "AKID", "2", KeyStatus.INACTIVE),
    ):
        assert from_plain(type(record), to_plain(record)) == record


def test_a_field_that_there_is_no_longer_is_passed_over():
    values = to_plain(UserRecord("1", "2", "alice"))
    assert from_plain(UserRecord, values | {"shoe_size": 43}) == UserRecord("1", "2", "alice")
    del values["email"]
    assert from_plain(UserRecord, values) == UserRecord("1", "2", "alice")
    with pytest.raises(TypeError):
        from_plain(UserRecord, {"account": "1"})


def test_a_secret_is_left_out():
    assert to_plain(PasswordRecord("1", "2", "hash")) == {
        "account": "1", "uin": "2", "needs_reset": False, "changed_at": 0.0,
    }  # fmt: skip
