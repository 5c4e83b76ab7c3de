from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.control.errors import ControlError
from authz.store.records import GroupRecord
from tests.builders import ROOT_UIN
from tests.control.planes import root, user


def test_a_use_case_that_does_not_authorize_its_caller_is_undone(plane):
    desk = plane.groups._desk
    before = plane.revision()
    with (
        pytest.raises(AssertionError, match="CreateGroup ended without authorizing"),
        desk.writing(root(), "CreateGroup") as use,
    ):
        use.store.groups.add(GroupRecord(ROOT_UIN, 0, "ops"))
    with pytest.raises(AssertionError, match="ListGroups"), desk.reading(root(), "ListGroups"):
        pass
    assert plane.revision() == before
    assert plane.groups.list_groups(root()).total == 0


def test_a_use_case_that_writes_before_it_authorizes_its_caller_is_undone(plane):
    desk = plane.groups._desk
    before = plane.revision()

    def write_first(authorize):
        with desk.writing(root(), "CreateGroup") as use:
            use.store.groups.add(GroupRecord(ROOT_UIN, 0, "ops"))
            authorize(use)

    for authorize in (lambda use: use.authorize("groupid/*"), lambda use: use.refuse_denied("groupid/1")):
        with pytest.raises(AssertionError, match="CreateGroup wrote before it authorized"):
            write_first(authorize)
    assert plane.revision() == before


def test_what_the_database_refuses_is_a_failed_operation(plane):
    desk = plane.groups._desk

    def create_twice():
        with desk.writing(root(), "CreateGroup") as use:
            use.authorize("groupid/*")
            for _ in range(2):
                use.store.groups.add(GroupRecord(ROOT_UIN, 0, "ops"))

    with pytest.raises(ControlError) as caught:
        create_twice()
    assert caught.value.code == "FailedOperation"
    assert plane.groups.list_groups(root()).total == 0


def test_an_account_that_does_not_exist_has_no_users_to_authorize(plane):
    with pytest.raises(ControlError, match="account 999 is not in this database"):
        plane.groups.list_groups(user("100001", account="999"))


def test_each_thread_sees_the_revision_that_its_last_use_case_read_or_made(plane):
    plane.groups.create_group(root(), group_name="ops")
    made = plane.revision()
    assert plane.seen.revision == made
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: plane.seen.revision).result() == 0
        assert other.submit(plane.groups.list_groups, root()).result().total == 1
        assert other.submit(lambda: plane.seen.revision).result() == made
        plane.groups.create_group(root(), group_name="more")
        assert other.submit(lambda: plane.seen.revision).result() == made
    assert plane.seen.revision == made + 1
    with pytest.raises(ControlError):
        plane.groups.create_group(root(), group_name="more")
    assert plane.seen.revision == made + 1
