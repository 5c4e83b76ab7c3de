"""Several writers at once, by two control planes on one database: unique names, quotas and revisions hold."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.control.errors import ControlError
from authz.control.plane import ControlPlane
from authz.store.database import Database
from tests.control.planes import IM_ALL, SMS_ALL, root, user

WRITERS = 4


@pytest.fixture
def planes(any_plane, database_url, master_key):
    """Two control planes, as two processes have them: each with a database object of its own."""
    database = Database.open(database_url, master_key)
    yield [any_plane, ControlPlane(database, clock=any_plane.users._desk.clock)]
    database.close()


def at_once(planes, call):
    """What `call(plane, writer)` answers, or its code, for each writer; all of them write at the same time."""

    def attempt(writer):
        try:
            return call(planes[writer % 2], writer)
        except ControlError as error:
            return error.code

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(attempt, range(WRITERS)))


def test_one_of_several_writers_gets_a_name(planes):
    for at in range(5):
        answers = Counter(at_once(planes, lambda plane, _, at=at: plane.users.add_user(root(), name=f"user-{at}").name))
        assert answers == {f"user-{at}": 1, "InvalidParameter.SubUserNameInUse": WRITERS - 1}


def test_no_quota_is_overrun(planes):
    uin = planes[0].users.add_user(root(), name="alice").uin
    answers = at_once(planes, lambda plane, _: plane.keys.create_access_key(root(), target_uin=uin).status)
    assert Counter(answers) == {"Active": 2, "OperationDenied.AccessKeyOverLimit": WRITERS - 2}


def test_no_update_is_lost(planes):
    policy = planes[0].policies.create_policy(root(), policy_name="p", policy_document=IM_ALL)
    before = planes[0].revision()

    def write(plane, writer):
        plane.policies.update_policy(root(), policy_id=policy, description=f"by {writer}")
        return plane.versions.create_policy_version(
            root(), policy_id=policy, policy_document=SMS_ALL, set_as_default=False
        )

    assert sorted(at_once(planes, write)) == [2, 3, 4, 5]
    with planes[1].database.read() as reader:
        changes = reader.changes.since(before, 100)
    assert [change.revision for change in changes] == list(range(before + 1, before + 1 + 2 * WRITERS))
    logged = [item.after["description"] for change in changes for item in change.items if item.entity == "policy"]
    assert planes[1].policies.get_policy(root(), policy_id=policy).description == logged[-1]
    assert {f"by {writer}" for writer in range(WRITERS)} == set(logged)


def test_rights_that_one_plane_withdraws_are_gone_in_the_other(planes):
    first, second = planes
    uin = first.users.add_user(root(), name="alice").uin
    for _ in range(3):
        first.attachments.attach_user_policy(root(), policy_id=596169, attach_uin=uin)
        assert second.users.list_users(user(uin))
        second.attachments.detach_user_policy(root(), policy_id=596169, detach_uin=uin)
        for plane in planes:
            with pytest.raises(ControlError):
                plane.users.list_users(user(uin))
