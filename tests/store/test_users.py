"""Sub-accounts in the store."""

from dataclasses import replace

import pytest

from authz.store.errors import ConflictError, MissingError, UnusableValueError
from authz.store.records import AccountRecord, HolderKind, UserRecord
from tests.store.writing import OTHER, ROOT, author, write_small_account


def add(database, *names):
    with database.write(author()) as writer:
        return [writer.users.add(UserRecord(ROOT, "", name)) for name in names]


def test_uins_and_uids_are_chosen_and_never_one_that_exists(database):
    with database.write(author("CreateAccount", "100000000002")) as writer:
        writer.accounts.add(AccountRecord("100000000002"))
        writer.users.add(UserRecord("100000000002", "100000000003", "taken"))
    first, second = add(database, "a", "b")
    assert (first.uin, second.uin) == ("100000000001", "100000000004")
    assert first.uid < second.uid


def test_names_are_unique_without_regard_to_case_and_may_be_empty(database):
    alice, _, _ = add(database, "Straße", "", "")
    with pytest.raises(ConflictError, match="a user named `STRASSE` exists already"):
        add(database, "STRASSE")
    with database.read() as reader:
        assert reader.users.find_by_name(ROOT, "strasse") == alice
        assert reader.users.find_by_name(ROOT, "") is None


def test_the_same_name_and_uin_may_be_in_another_account(database):
    (alice,) = add(database, "alice")
    with database.write(author("CreateAccount", OTHER)) as writer:
        writer.accounts.add(AccountRecord(OTHER))
        twin = writer.users.add(UserRecord(OTHER, alice.uin, "alice"))
    with database.read() as reader:
        assert reader.users.get(OTHER, twin.uin) == twin
        assert reader.users.get(ROOT, alice.uin) == alice


def test_a_name_is_changed_unless_it_is_taken(database):
    alice, _ = add(database, "alice", "bob")
    with database.write(author()) as writer:
        writer.users.update(replace(alice, name="Alice", remark="new"))
    with pytest.raises(ConflictError, match="a user named `BOB`"), database.write(author()) as writer:
        writer.users.update(replace(alice, name="BOB"))
    with pytest.raises(MissingError, match="there is no user `9`"), database.write(author()) as writer:
        writer.users.update(UserRecord(ROOT, "9", "none"))


@pytest.mark.parametrize(
    ("keyword", "found"), [("%", ["a%b"]), ("_", ["a_b"]), ("B", ["a%b", "a_b", "ab"]), ("\\", [])]
)
def test_a_keyword_is_sought_literally_and_without_regard_to_case(database, keyword, found):
    add(database, "a%b", "a_b", "ab")
    with database.read() as reader:
        total, rows = reader.users.page(ROOT, 0, 10, keyword)
    assert (total, [row.name for row in rows]) == (len(found), found)


def test_pages_come_in_the_order_of_adding(database):
    users = add(database, *"edcba")
    with database.read() as reader:
        assert reader.users.page(ROOT, 1, 2) == (5, tuple(users[1:3]))
        assert reader.users.get_many(ROOT, [users[4].uin, users[0].uin, "9"]) == (users[0], users[4])
        assert reader.users.find_by_uid(ROOT, users[2].uid) == users[2]


def test_a_user_goes_with_its_memberships_and_attachments(database):
    policy, alice, group, _ = write_small_account(database)
    with database.read() as reader:
        assert reader.users.bounded_by(ROOT, policy.id) == (alice,)
        assert reader.users.boundary_counts(ROOT, [policy.id, 7]) == {policy.id: 1}
    with database.write(author("DeleteUser")) as writer:
        writer.users.remove(ROOT, alice.uin)
    with database.read() as reader:
        assert reader.memberships.members(ROOT, group.id) == (0, ())
        assert reader.attachments.of_holder(ROOT, HolderKind.USER, alice.uin) == ()
        assert reader.attachments.of_policy(ROOT, policy.id)[0] == 2


def test_recent_users_are_counted(database):
    with database.write(author()) as writer:
        for at in (10.0, 20.0, 30.0):
            writer.users.add(UserRecord(ROOT, "", f"user-{at}", created_at=at))
    with database.read() as reader:
        assert [reader.users.count_since(ROOT, since) for since in (0.0, 20.0, 30.5)] == [3, 2, 0]


@pytest.mark.parametrize("remark", ["\ud800", "a\udfff"])
def test_a_text_that_no_database_can_hold_is_refused_and_nothing_is_kept(database, remark):
    def write():
        with database.write(author()) as writer:
            writer.users.add(UserRecord(ROOT, "", "alice"))
            writer.users.add(UserRecord(ROOT, "", "bob", remark=remark))

    with pytest.raises(UnusableValueError, match="characters that cannot be stored"):
        write()
    with database.read() as reader:
        assert reader.users.count(ROOT) == 0


def test_a_number_beyond_64_bits_is_refused(database):
    def find():
        with database.read() as reader:
            return reader.users.find_by_uid(ROOT, 2**63)

    with pytest.raises(UnusableValueError, match="a number is too large"):
        find()
