from dataclasses import replace

import pytest

from authz.control.errors import ControlError
from authz.control.groups import GroupMember
from authz.control.passwords import is_password
from authz.control.quotas import DEFAULT_QUOTAS
from authz.store.database import Database
from authz.store.usage import SignIn
from tests.builders import ROOT_UIN, allow, document
from tests.control.planes import NOW, OTHER_UIN, items, new_plane, root, user

GOOD = "Sesame-0pen"


def password_of(plane, uin):
    with plane.database.read() as reader:
        return reader.passwords.get(ROOT_UIN, uin)


def test_a_user_is_found_by_its_name_in_any_case(plane):
    plane.users.add_user(
        root(), name="Alice", remark="who", phone_num="138000", country_code="86", email="a@example.com"
    )
    found = plane.users.get_user(root(), name="aLICE")
    assert (found.name, found.remark, found.phone_num, found.country_code, found.email) == (
        "Alice", "who", "138000", "86", "a@example.com",
    )  # fmt: skip
    assert (found.console_login, found.create_time) == (False, NOW)
    assert found.uin.isdigit()
    assert found.uid != int(found.uin)


def test_a_password_is_generated_unless_given(plane):
    # requirements 57, 68
    made = plane.users.add_user(root(), name="alice", console_login=True, need_reset_password=True)
    assert len(made.password) == 32
    record = password_of(plane, made.uin)
    assert is_password(made.password, record.hash)
    assert record.needs_reset
    given = plane.users.add_user(root(), name="bob", console_login=True, password=GOOD)
    assert given.password == ""
    assert is_password(GOOD, password_of(plane, given.uin).hash)


def test_without_console_access_there_is_no_password(plane):
    made = plane.users.add_user(root(), name="alice", password="not even checked")
    assert (made.password, password_of(plane, made.uin)) == ("", None)


def test_an_access_key_is_made_on_demand(plane):
    made = plane.users.add_user(root(), name="alice", use_api=True)
    with plane.database.read() as reader:
        assert reader.keys.secret(made.secret_id) == made.secret_key
    assert plane.users.add_user(root(), name="bob").secret_id == ""


def test_a_user_that_is_refused_leaves_nothing_behind(plane):
    before = items(plane)
    with pytest.raises(ControlError):
        plane.users.add_user(root(), name="alice", use_api=True, console_login=True, password="weak")
    assert items(plane) == before
    assert plane.users.list_users(root()) == ()


def test_an_update_changes_what_is_given_alone(plane):
    made = plane.users.add_user(root(), name="alice", remark="old", email="a@example.com")
    assert plane.users.update_user(root(), name="ALICE", remark="new") == ""
    found = plane.users.get_user(root(), name="alice")
    assert (found.remark, found.email, found.name) == ("new", "a@example.com", "alice")
    before = plane.revision()
    plane.users.update_user(root(), name="alice", remark="new")
    assert (plane.revision(), password_of(plane, made.uin)) == (before, None)


def test_access_to_the_console_is_given_and_taken_with_its_password(plane):
    uin = plane.users.add_user(root(), name="alice").uin
    password = plane.users.update_user(root(), name="alice", console_login=True, need_reset_password=True)
    assert is_password(password, password_of(plane, uin).hash)
    assert plane.users.update_user(root(), name="alice", password=GOOD) == ""
    assert is_password(GOOD, password_of(plane, uin).hash)
    assert plane.users.update_user(root(), name="alice", need_reset_password=True) == ""
    record = password_of(plane, uin)
    assert (record.needs_reset, is_password(GOOD, record.hash)) == (True, True)
    plane.users.update_user(root(), name="alice", console_login=False)
    assert password_of(plane, uin) is None


def test_a_deleted_user_leaves_nothing_behind(plane):
    made = plane.users.add_user(root(), name="alice", use_api=True, console_login=True)
    group = plane.groups.create_group(root(), group_name="ops")
    plane.groups.add_user_to_group(root(), info=[GroupMember(group, made.uin)])
    plane.attachments.attach_user_policy(root(), policy_id=1, attach_uin=made.uin)
    plane.users.delete_user(root(), name="alice", force=True)
    assert plane.users.list_users(root()) == ()
    with plane.database.read() as reader:
        assert reader.keys.get(made.secret_id) is None
        assert reader.memberships.count(ROOT_UIN) == 0
        assert reader.attachments.list(ROOT_UIN) == ()
    assert password_of(plane, made.uin) is None
    assert plane.users.add_user(root(), name="alice").uin != made.uin


def test_keys_are_deleted_only_by_force_and_by_callers_who_may(plane):
    # contract: DeleteUser without Force refuses a user with keys
    admin = plane.users.add_user(root(), name="admin").uin
    plane.users.add_user(root(), name="alice", use_api=True)
    policy = plane.policies.create_policy(
        root(), policy_name="deletes", policy_document=document(allow("cam:DeleteUser"))
    )
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=admin)
    with pytest.raises(ControlError) as caught:
        plane.users.delete_user(user(admin), name="alice")
    assert caught.value.code == "OperationDenied.HaveKeys"
    with pytest.raises(ControlError) as caught:
        plane.users.delete_user(user(admin), name="alice", force=True)
    assert caught.value.code == "UnauthorizedOperation.DeleteApiKey"
    assert "(cam:DeleteApiKey)" in caught.value.message
    assert len(plane.users.list_users(root())) == 2
    plane.attachments.attach_user_policy(root(), policy_id=596169, attach_uin=admin)
    plane.users.delete_user(user(admin), name="alice", force=True)


def test_users_are_described_by_their_uins_with_the_last_sign_in(plane):
    alice, bob = (plane.users.add_user(root(), name=name).uin for name in ("alice", "bob"))
    carol = plane.users.add_user(root(OTHER_UIN), name="carol").uin
    with plane.database.note() as noted:
        noted.note_sign_in(SignIn(ROOT_UIN, bob, signed_in_at=NOW - 5, address="192.0.2.9"))
    found = plane.users.describe_sub_accounts(root(), filter_sub_account_uin=[bob, alice, carol, "100009"])
    assert [(each.name, each.login_ip, each.login_time) for each in found] == [
        ("alice", "", 0.0),
        ("bob", "192.0.2.9", NOW - 5),
    ]
    assert plane.users.get_user(root(), name="bob").login_ip == "192.0.2.9"


def test_a_daily_quota_counts_the_last_24_hours(tmp_path, master_key):
    database = Database.open(f"sqlite:///{tmp_path}/quota.db", master_key, create=True)
    plane = new_plane(database, quotas=replace(DEFAULT_QUOTAS, users_a_day=2))
    clock = plane.users._desk.clock
    for at, name in enumerate(("a1", "a2")):
        clock.now = NOW + at
        plane.users.add_user(root(), name=name)
    with pytest.raises(ControlError) as caught:
        plane.users.add_user(root(), name="a3")
    assert caught.value.code == "RequestLimitExceeded.CreateUser"
    clock.now = NOW + 86_400.5
    assert plane.users.add_user(root(), name="a3").name == "a3"
    database.close()
