import json

import pytest

from authz.accounts.build import AttachmentsText, PolicyText
from authz.language.json_text import read_json
from authz.lint.account import lint_account
from tests.builders import APP_1, allow, document

ROOT_ONLY = {"qcs": ["qcs::cam::uin/12345678:root"]}


def trust(principal=ROOT_ONLY, **more):
    entry = {"effect": "allow", "action": "sts:AssumeRole", "principal": principal, **more}
    return {"version": "2.0", "statement": [entry]}


def found(code, *policies, **members):
    """Severity, file and path of every finding with this code in an account with these policies."""
    value = {"account": "12345678", **members}
    text = document(allow("im:RemoveUser", APP_1))
    texts = [PolicyText(name, f"{name}.json", text) for name in policies]
    attachments = AttachmentsText("attachments.json", read_json(json.dumps(value)))
    return [
        (each.severity.value, each.file, each.path)
        for each in lint_account(attachments, texts)
        if each.code == f"Lint.{code}"
    ]


def user(**members):
    return {"uin": "100001", **members}


def test_a_policy_that_is_not_attached_is_a_note():
    assert found("Unattached", "used", "unused", users=[user(policies=["used"])]) == [("note", "unused.json", "$")]


@pytest.mark.parametrize(
    "members",
    [
        {"users": [user(policies=["p"])]},
        {"users": [user(boundary="p")]},
        {"groups": [{"name": "g", "policies": ["p"]}]},
        {"roles": [{"name": "r", "policies": ["p"], "trust": trust()}]},
    ],
)
def test_a_policy_or_boundary_of_a_user_counts_as_attached(members):
    assert found("Unattached", "p", **members) == []


def test_a_refused_attachments_file_has_no_findings():
    assert found("Unattached", "p", users=[{"uin": "nonsense"}]) == []


def test_a_group_without_members_is_a_note():
    groups = [{"name": "full"}, {"name": "empty"}]
    assert found("EmptyGroup", users=[user(groups=["full"])], groups=groups) == [
        ("note", "attachments.json", "$.groups[1]")
    ]


def test_a_user_with_nothing_is_fine():
    assert lint_account(AttachmentsText("a", read_json('{"account": "1", "users": [{"uin": "2"}]}')), []) == ()


@pytest.mark.parametrize(
    "principal",
    ["*", {"qcs": "*"}, {"qcs": ["qcs::cam::uin/1:root", "*"]}, {"qcs": "qcs::cam::anyone:anyone"}],
)
def test_a_role_that_everyone_may_assume_is_a_warning(principal):
    roles = [{"name": "ci", "trust": trust(principal)}]
    assert found("OpenTrust", roles=roles) == [
        ("warning", "attachments.json", "$.roles[0].trust.statement[0].principal")
    ]


def test_a_principal_beside_the_statements_is_found_there():
    shared = {"version": "2.0", "principal": "*", "statement": {"effect": "allow", "action": "sts:AssumeRole"}}
    assert found("OpenTrust", roles=[{"name": "ci", "trust": shared}]) == [
        ("warning", "attachments.json", "$.roles[0].trust.principal")
    ]


@pytest.mark.parametrize(
    "policy",
    [
        trust(),
        trust({"service": "sms.cloud.tencent.com"}),
        trust("*", effect="deny"),
        trust("*", condition={"ip_equal": {"qcs:ip": "10.0.0.1"}}),
    ],
)
def test_a_role_that_only_some_may_assume_is_fine(policy):
    assert found("OpenTrust", roles=[{"name": "ci", "trust": policy}]) == []


def test_the_statements_of_a_trust_policy_are_linted_like_others():
    roles = [{"name": "a", "trust": trust()}, {"name": "b", "trust": trust(action="sts:AssumeRoll")}]
    assert found("UnknownAction", roles=roles) == [
        ("warning", "attachments.json", "$.roles[1].trust.statement[0].action")
    ]


def test_a_preset_that_grants_everything_to_a_group_is_a_note():
    groups = [{"name": "g", "policies": ["QcloudSMSFullAccess", "administratoraccess"]}]
    users = [user(groups=["g"], policies=["AdministratorAccess"])]
    assert found("BroadPreset", users=users, groups=groups) == [("note", "attachments.json", "$.groups[0].policies[1]")]


def test_a_duplicate_name_in_a_list_is_a_note():
    users = [user(policies=["p", "p"], groups=["g", "g"])]
    assert found("Duplicate", "p", users=users, groups=[{"name": "g"}]) == [
        ("note", "attachments.json", "$.users[0].policies[1]"),
        ("note", "attachments.json", "$.users[0].groups[1]"),
    ]
