import json

import pytest
from hypothesis import given

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.errors import InvalidAccountError
from authz.language.json_text import read_json
from tests import strategies
from tests.builders import allow, attempt, deny, document

TRUST = {"version": "2.0", "statement": {"effect": "allow", "action": "sts:AssumeRole", "principal": "*"}}


def build(attachments, *texts, **policies):
    """An account from an attachments value and policies: by name, or as whole PolicyTexts."""
    located = read_json(json.dumps({"account": "12345678", **attachments}, indent=1))
    named = [PolicyText(name, f"policies/{name}.json", text) for name, text in policies.items()]
    return build_account(AttachmentsText("attachments.json", located), [*texts, *named])


def refused(attachments, *texts, **policies):
    """The problems as pairs of file and code."""
    with pytest.raises(InvalidAccountError) as caught:
        build(attachments, *texts, **policies)
    return [(problem.file, problem.code.removeprefix("InvalidParameter.")) for problem in caught.value.problems]


def user(**members):
    return {"users": [{"uin": "100001", **members}]}


GOOD = document(allow("im:*"))


def test_names_are_looked_up_among_files_and_presets():
    account = build(user(policies=["own", "qcloudsmsfullaccess"]), own=GOOD)
    own, preset = account.users["100001"].policies
    assert (own.name, own.is_preset) == ("own", False)
    assert (preset.name, preset.is_preset) == ("QcloudSMSFullAccess", True)


def test_the_policies_of_a_group_reach_its_members():
    account = build({**user(groups=["team"]), "groups": [{"name": "team", "policies": ["own"]}]}, own=GOOD)
    assert account.users["100001"].groups == (account.groups["team"],)
    assert account.groups["team"].policies[0].name == "own"


def test_a_boundary_is_a_policy_by_name():
    account = build(user(boundary="own"), own=GOOD)
    assert account.users["100001"].boundary == account.policies["own"]


def test_a_role_keeps_its_trust_policy():
    account = build({"roles": [{"name": "ci", "policies": ["own"], "boundary": "own", "trust": TRUST}]}, own=GOOD)
    ci = account.roles["ci"]
    assert (ci.policies, ci.boundary) == ((account.policies["own"],), account.policies["own"])
    assert ci.trust.statements[0].principals.qcs == ("*",)


def test_attaching_twice_is_harmless():
    # requirements 73
    groups = [{"name": "team"}]
    account = build({**user(policies=["own", "own"], groups=["team", "team"]), "groups": groups}, own=GOOD)
    assert len(account.users["100001"].policies) == 1
    assert len(account.users["100001"].groups) == 1


def test_a_policy_that_is_not_attached_is_kept_and_checked():
    assert set(build({}, spare=GOOD).policies) == {"spare"}
    assert refused({}, spare="{}")[0][0] == "policies/spare.json"


@pytest.mark.parametrize(
    "members",
    [
        user(policies=["nosuch"]),
        user(boundary="nosuch"),
        {"groups": [{"name": "team", "policies": ["nosuch"]}]},
        {"roles": [{"name": "ci", "policies": ["nosuch"], "trust": TRUST}]},
        {"roles": [{"name": "ci", "boundary": "nosuch", "trust": TRUST}]},
        user(policies=["OWN"]),
    ],
)
def test_an_unknown_policy_refuses_the_account(members):
    # files-and-commands: unknown policy; file names keep their case
    assert refused(members, own=GOOD) == [("attachments.json", "UnknownPolicy")]


def test_an_unknown_group_refuses_the_account():
    assert refused(user(groups=["nosuch"])) == [("attachments.json", "UnknownGroup")]


def test_a_policy_whose_file_is_broken_is_not_reported_as_unknown_too():
    assert refused(user(policies=["own"]), own="{") == [("policies/own.json", "PolicyDocumentError")]


def test_a_policy_whose_file_could_not_be_read_is_not_reported_as_unknown_too():
    located = read_json(json.dumps({"account": "12345678", **user(policies=["own", "nosuch"], boundary="own")}))
    with pytest.raises(InvalidAccountError) as caught:
        build_account(AttachmentsText("attachments.json", located), [], unread=["own"])
    (problem,) = caught.value.problems
    assert (problem.code, "`nosuch`" in problem.message) == ("UnknownPolicy", True)


@pytest.mark.parametrize("groups", [{"team": {"policies": []}}, ["team"], [{"name": ["team"]}], [{"nome": "team"}]])
def test_a_group_that_could_not_be_read_is_not_reported_as_unknown_too(groups):
    codes = {code for _, code in refused({**user(groups=["team"]), "groups": groups})}
    assert codes
    assert "UnknownGroup" not in codes


def test_a_group_is_unknown_beside_another_whose_policies_are_at_fault():
    groups = [{"name": "team", "policies": "own"}]
    assert ("attachments.json", "UnknownGroup") in refused({**user(groups=["nosuch"]), "groups": groups})


@pytest.mark.parametrize("name", ["QcloudSMSFullAccess", "qcloudsmsfullaccess", "ADMINISTRATORACCESS"])
def test_a_custom_policy_may_not_bear_the_name_of_a_preset(name):
    # files-and-commands: compared without regard to case
    assert refused({}, **{name: GOOD}) == [(f"policies/{name}.json", "PresetName")]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "é", "a" * 129, "a\n"])
def test_a_policy_name_that_cam_would_not_take_is_refused(name):
    # requirements 90: 1-128 characters of letters, digits, `+=,.@-_`
    assert refused({}, **{name: GOOD}) == [(f"policies/{name}.json", "PolicyNameError")]


@pytest.mark.parametrize("name", ["a", "A9+=,.@-_", "a" * 128])
def test_a_policy_name_that_cam_takes_is_taken(name):
    assert name in build({}, **{name: GOOD}).policies


def test_one_policy_in_two_files_refuses_the_account():
    assert refused({}, PolicyText("own", "own.json", GOOD), own=GOOD) == [("policies/own.json", "DuplicatePolicy")]


def test_one_policy_in_two_files_of_which_one_is_broken_and_one_names_a_foreign_resource_is_an_ordinary_refusal():
    foreign = document(allow("im:*", "qcs::im::uin/87654321:sdkappid/1"))
    found = refused({}, PolicyText("own", "own.json", "{"), own=foreign)
    assert {("own.json", "PolicyDocumentError"), ("policies/own.json", "DuplicatePolicy")} <= set(found)


@pytest.mark.parametrize("effect", [allow, deny])
def test_a_resource_of_another_root_is_refused(effect):
    # requirements 33
    own = document(effect("im:*", ["*", "qcs::im::uin/87654321:sdkappid/1"]))
    assert refused({}, own=own) == [("policies/own.json", "ResourceUinError")]


def test_a_foreign_resource_is_reported_with_its_line():
    statement = '{"effect": "allow", "action": "*", "resource": [\n"*",\n"qcs::im::uin/7:a/b"]}'
    text = f'{{"version": "2.0", "statement": [{statement}]}}'
    with pytest.raises(InvalidAccountError) as caught:
        build({}, own=text)
    assert [problem.line for problem in caught.value.problems] == [3]


def test_a_foreign_resource_of_a_statement_without_brackets_is_reported_with_its_line_too():
    text = '{"version": "2.0", "statement":\n{"effect": "allow", "action": "*",\n"resource": "qcs::im::uin/7:a/b"}}'
    with pytest.raises(InvalidAccountError) as caught:
        build({}, own=text)
    assert [problem.line for problem in caught.value.problems] == [3]


@pytest.mark.parametrize("resource", ["qcs::im::uin/12345678:a/b", "qcs::im:::a/b", "qcs::im::*:a/b", "*"])
def test_resources_of_the_accounts_own_root_are_accepted(resource):
    assert build({}, own=document(allow("im:*", resource)))


OTHERS = [
    # cam-language 1.3: uid is for COS and CAS, and 5.3: these are shared across accounts
    "qcs::cos:ap-guangzhou:uid/1250000000:bucket-1250000000/*",
    "qcs::cos::uin/87654321:bucket-1250000000/*",
    "qcs::cas::uid/1250000000:vault/v",
    # sts:AssumeRole, RoleArn: a role by its name or id, and a service role by either
    "qcs::cam::uin/87654321:roleName/ci",
    "qcs::cam::uin/87654321:roleName/*",
    "qcs::cam::uin/87654321:role/4611686018427397919",
    "qcs::cam::uin/87654321:role/tencentcloudServiceRole/4611686018427397920",
    "qcs::cam::uin/87654321:role/tencentcloudServiceRoleName/TEM_QCSLinkedRole",
    "qcs::cam::uin/87654321:role/${uin}",
    "qcs::cam::uin/87654321:role*",
    "qcs::CAM::uin/87654321: roleName/ci ",
    "qcs::cam::uin/87654321:*",
]


@pytest.mark.parametrize("app_id", [{}, {"app_id": "1251111111"}, {"app_id": "1250000000"}])
@pytest.mark.parametrize("effect", [allow, deny])
@pytest.mark.parametrize("resource", OTHERS)
def test_resources_of_another_account_that_cam_lets_a_policy_name_are_accepted(resource, effect, app_id):
    assert build(app_id, own=document(effect(["cos:*", "sts:AssumeRole"], resource)))


@pytest.mark.parametrize(
    "resource",
    [
        "qcs::cam::uin/87654321:uin/87654321",
        "qcs::cam::uin/87654321:rolename/ci",
        "qcs::cam::uin/87654321:roles/1",
        "qcs::cam::uin/87654321:groupid/*",
        "qcs::cam::uin/87654321:policyid/${uin}",
        "qcs::cam::uin/87654321:role",
        "qcs::::uin/87654321:*",
        "qcs::sms::uin/87654321:app/*",
        "qcs::sms::uin/87654321:role/1",
        "qcs::co*::uin/87654321:b/*",
    ],
)
def test_nothing_else_of_another_account_is(resource):
    assert refused({}, own=document(allow("*:*", resource))) == [("policies/own.json", "ResourceUinError")]


def test_the_variable_app_id_needs_the_appid():
    # cam-language 3: `${app_id}`
    own = document(allow("cos:*", "qcs::cos:::b-${app_id}/a"))
    assert build({"app_id": "9"}, own=own)
    assert refused({}, own=own) == [("policies/own.json", "ResourceContentError")]


def test_the_root_account_is_not_one_of_its_users():
    assert refused({"users": [{"uin": "12345678"}]}) == [("attachments.json", "DuplicateUin")]


def test_a_policy_may_name_services_and_actions_that_the_catalog_lacks():
    # files-and-commands: a lint finding, never an error at load
    assert build(user(policies=["own"]), own=document(allow("nosuch:Action")))


def test_every_problem_of_every_file_is_reported_at_once_as_file_line_code_and_message():
    # files-and-commands: refuses the whole new version with every error listed
    broken = document({"effect": "permit", "action": "im", "resource": "*"})
    with pytest.raises(InvalidAccountError) as caught:
        build(user(policies=["nosuch"], colour="red"), a=broken, QcloudSMSFullAccess=GOOD)
    lines = [line.split(":")[0] + ":" + line.split(":")[2].strip() for line in str(caught.value).splitlines()]
    assert lines == [
        "attachments.json:UnknownKey",
        "attachments.json:UnknownPolicy",
        "policies/a.json:InvalidParameter.EffectError",
        "policies/a.json:InvalidParameter.ActionError",
        "policies/QcloudSMSFullAccess.json:PresetName",
    ]


@given(strategies.nearly_attachments(), strategies.nearly_policies())
def test_arbitrary_files_are_an_account_or_an_invalid_account(attachments, policy):
    account, refusal = attempt(InvalidAccountError, lambda: build(attachments, p=json.dumps(policy)))
    assert account.uin if refusal is None else refusal.problems
