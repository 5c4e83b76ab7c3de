import pytest

from authz.control.errors import ControlError
from authz.control.names import Tag
from authz.control.results import PolicyType
from tests.control.planes import IM_ALL, NOW, OTHER_UIN, SMS_ALL, items, root


@pytest.fixture
def policy(plane):
    return plane.policies.create_policy(
        root(), policy_name="App.ops", policy_document=IM_ALL, description="all of IM", tags=[Tag("dept", "ops")]
    )


def names(plane, **more):
    page = plane.policies.list_policies(root(), **more)
    return page.total, [row.policy_name for row in page.rows]


def test_a_policy_is_kept_as_it_was_given(plane):
    text = IM_ALL.replace(" ", "\n\t ")
    policy = plane.policies.create_policy(root(), policy_name="spaced", policy_document=text)
    found = plane.policies.get_policy(root(), policy_id=policy)
    assert found.policy_document == text
    assert (found.policy_name, found.policy_type, found.add_time, found.update_time) == (
        "spaced", PolicyType.CUSTOM, NOW, NOW,
    )  # fmt: skip


def test_a_policy_has_description_and_tags(plane, policy):
    found = plane.policies.get_policy(root(), policy_id=policy)
    assert (found.description, found.tags) == ("all of IM", (Tag("dept", "ops"),))


def test_ids_of_custom_policies_are_never_those_of_presets(plane, policy):
    assert policy == 1_000_001
    plane.policies.delete_policy(root(), policy_id=[policy])
    assert plane.policies.create_policy(root(), policy_name="next", policy_document=IM_ALL) == policy + 1


def test_an_update_rewrites_the_default_version_in_place(plane, policy):
    # contract: UpdatePolicy rewrites the default version in place
    plane.policies._desk.clock.now = NOW + 60
    assert (
        plane.policies.update_policy(root(), policy_id=policy, policy_document=SMS_ALL, description="now SMS") is None
    )
    assert len(plane.versions.list_policy_versions(root(), policy_id=policy)) == 1
    found = plane.policies.get_policy(root(), policy_id=policy)
    assert (found.policy_document, found.description, found.update_time) == (SMS_ALL, "now SMS", NOW + 60)
    assert found.tags == (Tag("dept", "ops"),)


def test_an_update_by_name_answers_the_id(plane, policy):
    assert plane.policies.update_policy(root(), policy_name="app.OPS", description="x") == policy
    assert plane.policies.get_policy(root(), policy_id=policy).policy_name == "App.ops"


def test_a_policy_is_renamed_by_its_id(plane, policy):
    plane.policies.update_policy(root(), policy_id=policy, policy_name="app.ops")
    assert plane.policies.get_policy(root(), policy_id=policy).policy_name == "app.ops"
    assert plane.policies.update_policy(root(), policy_name="APP.ops", description="found by its new name") == policy


def test_an_update_that_changes_nothing_writes_nothing(plane, policy):
    before = plane.revision()
    plane.policies._desk.clock.now = NOW + 60
    plane.policies.update_policy(root(), policy_id=policy, policy_document=IM_ALL, description="all of IM")
    assert plane.revision() == before


def test_a_preset_has_a_remark_of_each_account(plane):
    # presets.md 3: UpdatePolicy on a preset may change Alias only
    plane.policies.update_policy(root(), policy_id=524252, alias="our IM")
    plane.policies.update_policy(root(), policy_name="qcloudsmsfullaccess", alias="our SMS")
    found = plane.policies.get_policy(root(), policy_id=524252)
    assert (found.preset_alias, found.policy_type, found.policy_name) == (
        "our IM", PolicyType.PRESET, "QcloudAVCFullAccess",
    )  # fmt: skip
    assert plane.policies.get_policy(root(OTHER_UIN), policy_id=524252).preset_alias == ""
    plane.policies.update_policy(root(), policy_id=524252, alias="")
    assert plane.policies.get_policy(root(), policy_id=524252).preset_alias == ""


def test_a_preset_can_be_copied_as_a_template(plane):
    # requirements 87
    text = plane.policies.get_policy(root(), policy_id=990001).policy_document
    copy = plane.policies.create_policy(root(), policy_name="my-im-reads", policy_document=text)
    assert plane.policies.get_policy(root(), policy_id=copy).policy_document == text


def test_deleted_policies_are_detached_from_all_holders(plane, policy):
    alice = plane.users.add_user(root(), name="alice").uin
    group = plane.groups.create_group(root(), group_name="ops")
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=alice)
    plane.attachments.attach_group_policy(root(), policy_id=policy, attach_group_id=group)
    plane.policies.delete_policy(root(), policy_id=[policy, policy])
    assert plane.attachments.list_attached_user_policies(root(), target_uin=alice).total == 0
    removed = {entity for action, entity, _, after in items(plane) if action == "DeletePolicy" and after is None}
    assert removed == {"policy", "policy_version", "attachment"}


def test_a_batch_is_deleted_wholly_or_not_at_all(plane, policy):
    # contract: batch calls are all or nothing
    other = plane.policies.create_policy(root(), policy_name="other", policy_document=IM_ALL)
    with pytest.raises(ControlError):
        plane.policies.delete_policy(root(), policy_id=[policy, other, 1_000_009])
    assert names(plane, scope="Local") == (2, ["App.ops", "other"])
    plane.policies.delete_policy(root(), policy_id=[other, policy])
    assert names(plane, scope="Local") == (0, [])


def test_presets_are_listed_before_custom_policies(plane, policy):
    assert policy
    total, listed = names(plane)
    assert (total, listed[0], listed[-1]) == (9, "AdministratorAccess", "App.ops")
    assert names(plane, scope="QCS")[0] == 8
    assert names(plane, scope="Local") == (1, ["App.ops"])


@pytest.mark.parametrize("rp", [1, 2, 3, 5, 7, 9, 10, 11, 200])
def test_pages_show_presets_and_custom_policies_once_each(plane, rp):
    for name in ("a", "b", "c"):
        plane.policies.create_policy(root(), policy_name=name, policy_document=IM_ALL)
    _, everything = names(plane, rp=200)
    paged = []
    for page in range(1, 13):
        total, rows = names(plane, rp=rp, page=page)
        assert total == len(everything) == 11
        paged += rows
    assert paged == everything


def test_a_keyword_finds_names_and_the_services_of_presets(plane, policy):
    # requirements 53
    assert policy
    assert names(plane, keyword="Instant Messaging") == (2, ["QcloudAVCFullAccess", "QcloudIMReadOnlyAccess"])
    assert names(plane, keyword="即时通信") == (2, ["QcloudAVCFullAccess", "QcloudIMReadOnlyAccess"])
    assert names(plane, keyword="app.o") == (1, ["App.ops"])
    assert names(plane, keyword="100%") == (0, [])


def test_attached_entities_are_counted(plane, policy):
    alice = plane.users.add_user(root(), name="alice").uin
    plane.attachments.attach_user_policy(root(), policy_id=policy, attach_uin=alice)
    plane.attachments.attach_user_policy(root(), policy_id=1, attach_uin=alice)
    counts = {row.policy_name: row.attachments for row in plane.policies.list_policies(root()).rows}
    assert {name: count for name, count in counts.items() if count} == {"App.ops": 1, "AdministratorAccess": 1}


def test_another_account_does_not_see_the_policy(plane, policy):
    other = root(OTHER_UIN)
    assert plane.policies.list_policies(other, scope="Local").total == 0
    for call in (
        lambda: plane.policies.get_policy(other, policy_id=policy),
        lambda: plane.policies.update_policy(other, policy_id=policy, description=""),
        lambda: plane.policies.delete_policy(other, policy_id=[policy]),
    ):
        with pytest.raises(ControlError) as caught:
            call()
        assert caught.value.code == "ResourceNotFound.PolicyIdNotFound"
    plane.policies.create_policy(other, policy_name="App.ops", policy_document=IM_ALL)
