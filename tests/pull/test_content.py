import json

import pytest

from authz.accounts.presets import presets
from authz.language.document import PolicyKind
from authz.language.parse import parse_policy
from authz.language.render import render
from authz.pull.answers import PulledPolicy
from authz.pull.content import DENY_ALL, pulled_files
from authz.pull.reading import PulledAccount
from authz.store.records import AccountRecord, AttachmentRecord, HolderKind, PolicyRecord, RoleRecord, UserRecord
from tests.builders import ROOT_UIN, allow, deny, document
from tests.control.planes import ROOT_TRUST

SOUND = document(allow("name/im:*"))


def files_of_policy(text=SOUND, *, name="p", policy_id=1_000_001, is_preset=False, trust=ROOT_TRUST):
    """The files of an account with one policy, which a user has and which is the boundary of a role."""
    policy = PulledPolicy(PolicyRecord(ROOT_UIN, policy_id, name), text, is_preset)
    return pulled_files(
        PulledAccount(
            AccountRecord(ROOT_UIN),
            users=(UserRecord(ROOT_UIN, "100001", "alice"),),
            groups=(),
            roles=(RoleRecord(ROOT_UIN, "4611686018427387905", "ci", trust, boundary_id=policy_id),),
            policies=(policy,),
            memberships=(),
            attachments=(AttachmentRecord(ROOT_UIN, HolderKind.USER, "100001", policy_id),),
        )
    )


def codes(pulled):
    return {(each.code, each.is_undecidable) for each in pulled.findings}


def test_a_policy_that_is_known_here_is_kept_as_it_is():
    pulled = files_of_policy()
    assert (pulled.findings, pulled.files.documents) == ((), {"p": SOUND})
    assert pulled.files.attachments["users"] == [{"uin": "100001", "name": "alice", "policies": ["p"]}]
    assert pulled.files.attachments["roles"][0]["boundary"] == "p"
    assert pulled.files.details["policies"]["p"]["id"] == 1_000_001


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "InvalidParameter.PolicyDocumentError"),
        ('{"version": "2.0", "statement": [{"effect": "maybe"}]}', "InvalidParameter.EffectError"),
        (document(allow("name/im:*", "qcs::im::uin/9:sdkappid/1")), "InvalidParameter.ResourceUinError"),
        (document(deny("name/im:*", "qcs::im::uin/${app_id}:sdkappid/1")), "InvalidParameter.ResourceUinError"),
        (document(deny("permid/280649")), "OpaqueDeny"),
        (
            document(
                deny("name/im:*", condition={"string_equal": {"qcs:resource_tag/a": "${qcs:principal_tag_value}"}})
            ),
            "TagsOfUsers",
        ),
    ],
)
def test_a_policy_that_cannot_be_decided_denies_everything(text, code):
    pulled = files_of_policy(text)
    assert (code, True) in codes(pulled)
    assert pulled.files.documents == {"p": DENY_ALL}
    assert pulled.undecidable[0].subject == "policy `p` (1000001)"


def test_a_trust_policy_that_cannot_be_read_trusts_nobody():
    pulled = files_of_policy(trust="{}")
    assert {each.subject for each in pulled.undecidable} == {"trust policy of role `ci`"}
    trust = parse_policy(json.dumps(pulled.files.attachments["roles"][0]["trust"]), PolicyKind.TRUST)
    assert [statement.effect.value for statement in trust.statements] == ["deny"]


def test_presets_are_kept_by_name_whatever_their_id():
    text = render(presets()["qcloudimreadonlyaccess"].document)
    pulled = files_of_policy(text, name="QcloudIMReadonlyACCESS", policy_id=31_415_926, is_preset=True)
    assert (pulled.findings, pulled.files.documents) == ((), {})
    assert pulled.files.attachments["users"][0]["policies"] == ["QcloudIMReadOnlyAccess"]
    assert pulled.files.attachments["roles"][0]["boundary"] == "QcloudIMReadOnlyAccess"


def test_a_preset_with_another_text_than_here_is_told():
    pulled = files_of_policy(SOUND, name="ReadOnlyAccess", policy_id=400_411, is_preset=True)
    assert codes(pulled) == {("PresetDiffers", False)}


@pytest.mark.parametrize("policy_id", [7, 1_592_575])
def test_a_preset_that_is_unknown_here_is_kept_as_a_policy_and_told(policy_id):
    pulled = files_of_policy(
        document(allow("name/trtc:*")), name="QcloudTRTCFullAccess", policy_id=policy_id, is_preset=True
    )
    assert ("UnknownPreset", False) in codes(pulled)
    assert pulled.undecidable == ()
    assert list(pulled.files.documents) == ["QcloudTRTCFullAccess"]
    assert pulled.files.attachments["users"][0]["policies"] == ["QcloudTRTCFullAccess"]
    assert pulled.files.details["policies"]["QcloudTRTCFullAccess"].get("id") == (None if policy_id == 7 else policy_id)


@pytest.mark.parametrize("name", [".hidden", "a/b", "策略", "readonlyaccess"])
def test_a_policy_whose_name_no_file_can_have_gets_another_and_decides(name):
    pulled = files_of_policy(name=name)
    assert codes(pulled) == {("PolicyName", False)}
    assert pulled.files.documents == {"policy-1000001": SOUND}
    assert pulled.files.attachments["users"][0]["policies"] == ["policy-1000001"]


def test_what_lint_says_of_limits_is_told_and_nothing_else():
    text = document(allow("name/cos:GetObject"), allow("name/im:*", condition={"string_equal": {"qcs:nothing": "x"}}))
    assert codes(files_of_policy(text)) == {("Lint.UncheckedService", False), ("Lint.UnknownKey", False)}
