import pytest

from authz.control.errors import ControlError
from authz.control.names import Tag
from tests.builders import ROOT_UIN
from tests.control.planes import NOW, OTHER_UIN, ROOT_TRUST, root, trust_of


@pytest.fixture
def role(plane):
    return plane.roles.create_role(
        root(), role_name="ci", policy_document=ROOT_TRUST, description="builds", tags=[Tag("dept", "ops")]
    )


def get(plane, role):
    return plane.roles.get_role(root(), role_id=role)


def test_a_role_is_read_by_its_id_or_its_name(plane, role):
    found = get(plane, role)
    assert found == plane.roles.get_role(root(), role_name="CI")
    assert found == plane.roles.get_role(root(), role_id=role, role_name="ci")
    assert (found.role_name, found.policy_document, found.description) == ("ci", ROOT_TRUST, "builds")
    assert (found.session_duration, found.console_login, found.add_time) == (7200, False, NOW)
    assert found.role_arn == f"qcs::cam::uin/{ROOT_UIN}:roleName/ci"
    assert int(role) >= 4611686018427387905


def test_each_property_is_changed_by_its_own_action(plane, role):
    plane.roles._desk.clock.now = NOW + 60
    trust = trust_of(f"qcs::cam::uin/{OTHER_UIN}:root")
    plane.roles.update_assume_role_policy(root(), role_id=role, policy_document=trust)
    plane.roles.update_role_description(root(), role_name="ci", description="")
    plane.roles.update_role_console_login(root(), role_id=role, console_login=True)
    plane.roles.update_role_session_duration(root(), role_id=role, session_duration=43_200)
    found = get(plane, role)
    assert (found.policy_document, found.description, found.console_login, found.session_duration) == (
        trust, "", True, 43_200,
    )  # fmt: skip
    assert (found.add_time, found.update_time) == (NOW, NOW + 60)


def test_a_change_that_changes_nothing_writes_nothing(plane, role):
    before = plane.revision()
    plane.roles._desk.clock.now = NOW + 60
    plane.roles.update_role_description(root(), role_id=role, description="builds")
    plane.roles.tag_role(root(), role_id=role, tags=[Tag("dept", "ops")])
    plane.roles.untag_role(root(), role_id=role, tag_keys=["nope"])
    assert plane.revision() == before


def test_tags_are_merged_and_removed_by_key(plane, role):
    plane.roles.tag_role(root(), role_name="ci", tags=[Tag("dept", "dev"), Tag("team", "im")])
    assert get(plane, role).tags == (Tag("dept", "dev"), Tag("team", "im"))
    plane.roles.untag_role(root(), role_id=role, tag_keys=["dept", "nope"])
    assert get(plane, role).tags == (Tag("team", "im"),)


def test_roles_are_listed_and_filtered_by_tags(plane, role):
    for name in ("a", "b"):
        plane.roles.create_role(root(), role_name=name, policy_document=ROOT_TRUST, tags=[Tag("dept", name)])

    def names(**more):
        page = plane.roles.describe_role_list(root(), **{"page": 1, "rp": 20, **more})
        return page.total, [each.role_name for each in page.rows]

    assert names() == (3, ["ci", "a", "b"])
    assert names(rp=2, page=2) == (3, ["b"])
    assert names(tags=[Tag("dept", "ops")]) == (1, ["ci"])
    assert names(tags=[Tag("dept", "ops"), Tag("team", "im")]) == (0, [])
    assert get(plane, role).role_name == "ci"


def test_a_trust_policy_may_name_identities_that_exist_alone(plane):
    alice = plane.users.add_user(root(), name="alice").uin
    ops = plane.groups.create_group(root(), group_name="ops")
    start = f"qcs::cam::uin/{ROOT_UIN}"
    known = trust_of(f"{start}:uin/{alice}", f"{start}:groupid/{ops}", f"{start}:groupid/ops")
    first = plane.roles.create_role(root(), role_name="one", policy_document=known)
    plane.roles.create_role(root(), role_name="two", policy_document=trust_of(f"{start}:roleName/one"))
    for missing in ("uin/100009", "groupid/9", "groupid/nope", "roleName/nope"):
        with pytest.raises(ControlError) as caught:
            plane.roles.update_assume_role_policy(root(), role_id=first, policy_document=trust_of(f"{start}:{missing}"))
        assert caught.value.code == "InvalidParameter.PrincipalQcsNotExist"


def test_a_deleted_role_leaves_nothing_behind(plane, role):
    plane.attachments.attach_role_policy(root(), policy_id=1, attach_role_id=role)
    plane.roles.delete_role(root(), role_id=role)
    assert plane.attachments.list_entities_for_policy(root(), policy_id=1).total == 0
    assert plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST) != role


def test_roles_of_another_account_are_out_of_reach(plane, role):
    with pytest.raises(ControlError) as caught:
        plane.roles.delete_role(root(OTHER_UIN), role_id=role)
    assert caught.value.code == "InvalidParameter.RoleNotExist"
