"""An import changes what differs, and loses nothing unless asked to."""

import pytest

from authz.app.opening import opened_plane
from authz.app.transfer import DETAILS, export_directory, to_yaml
from authz.control.errors import ControlError
from authz.control.transfer_import import WouldDeleteError
from authz.sources.directory.source import DirectorySource
from authz.store.account_assembly import assemble
from tests.builders import ROOT_UIN, allow, document
from tests.control.directories import load, quiet, rows_of, small, write_directory
from tests.control.planes import root
from tests.sidecar import EXAMPLE


@pytest.fixture
def plane(database_url):
    with opened_plane(database_url) as opened:
        yield opened


def test_an_import_is_one_entry_of_the_change_log(plane):
    written = load(plane, EXAMPLE)
    with plane.database.read() as reader:
        (change,) = reader.changes.since(0, 10)
    assert (change.revision, change.account, change.channel.value) == (written.revision, ROOT_UIN, "import")
    assert (change.principal, change.action) == (f"qcs::cam::uin/{ROOT_UIN}:root", "ImportAccount")
    assert len(change.items) == written.added
    assert written.is_new


def test_an_import_over_an_account_changes_what_differs_and_keeps_the_rest(plane, tmp_path):
    load(plane, small(tmp_path / "1"))
    plane.users.update_user(root(), name="alice", remark="on call", console_login=True, password="Password-1")
    users = [{"uin": "100001", "policies": ["q", "p"], "boundary": "q", "tags": {"dept": "ops"}}]
    directory = small(tmp_path / "2", users=users)
    directory.joinpath("policies", "p.json").write_text(document(allow("im:RemoveUser")))
    written = load(plane, directory)
    assert (written.is_new, written.removed) == (False, 2)  # the membership, and p, which now comes after q
    rows = rows_of(plane)[0]
    (user,) = rows.users
    assert (user.name, user.remark, user.tags) == ("alice", "on call", (("dept", "ops"),))
    (policy,) = [each for each in rows.policies if each.name == "p"]
    assert [each.document for each in rows.versions if each.policy_id == policy.id] == [
        document(allow("im:RemoveUser"))
    ]
    assert DirectorySource(directory).load("").users["100001"].policies == assemble(rows).users["100001"].policies
    with plane.database.read() as reader:
        assert reader.passwords.get(ROOT_UIN, "100001") is not None


def test_what_the_directory_lacks_is_deleted_on_demand_only(plane, tmp_path):
    load(plane, small(tmp_path / "1"))
    plane.versions.create_policy_version(
        root(), policy_id=1_000_001, policy_document=document(allow("im:RemoveUser")), set_as_default=True
    )
    export_directory(plane, [ROOT_UIN], tmp_path / "whole", quiet)
    directory = write_directory(tmp_path / "2", {"p": document(allow("im:*"))}, {"account": ROOT_UIN})
    details = {"policies": {"p": {"versions": {"2": {}}, "default_version": 2}}}
    directory.joinpath(DETAILS).write_text(to_yaml(details))
    before = plane.revision()
    with pytest.raises(WouldDeleteError) as caught:
        load(plane, directory)
    assert caught.value.things == ("user `alice`", "group `ops`", "policy `q`", "version 1 of policy `p`")
    assert plane.revision() == before
    load(plane, directory, may_delete=True)
    rows = rows_of(plane)[0]
    assert (rows.users, rows.groups, rows.attachments, rows.memberships) == ((), (), (), ())
    assert [(each.policy_id, each.version) for each in rows.versions] == [(1_000_001, 2)]
    load(plane, tmp_path / "whole")  # what was deleted comes back under its ids
    assert [policy.id for policy in rows_of(plane)[0].policies] == [1_000_001, 1_000_002]


def test_a_renamed_policy_is_known_by_its_id(plane, tmp_path):
    load(plane, small(tmp_path / "1"))
    export_directory(plane, [ROOT_UIN], tmp_path / "2", quiet)
    plane.policies.update_policy(root(), policy_id=1_000_001, policy_name="renamed", description="d")
    load(plane, tmp_path / "2")
    assert [(each.id, each.name) for each in rows_of(plane)[0].policies] == [(1_000_001, "p"), (1_000_002, "q")]


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"policies": {"p": {"id": 1_000_009}}}, "policy `p` has id 1000001 in the database and 1000009 in"),
        ({"groups": {"ops": {"id": 8}}}, "group `ops` has id 1 in the database and 8 in"),
        ({"users": {"100001": {"uid": 8}}}, "user 100001 has uid 1000001 in the database and 8 in"),
        ({"policies": {"p": {"id": 1_000_002}}}, "would both be policy 1000002 of the database"),
    ],
)
def test_ids_of_the_database_do_not_change(plane, tmp_path, details, message):
    directory = small(tmp_path / "d")
    load(plane, directory)
    directory.joinpath(DETAILS).write_text(to_yaml(details))
    before = plane.revision()
    with pytest.raises(ControlError, match=message):
        load(plane, directory)
    assert plane.revision() == before
