import json

import pytest

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.catalog.catalog import load_catalog
from authz.errors import Severity
from authz.language.document import PolicyKind
from authz.language.json_text import read_json
from authz.lint.account import lint_account, lint_policy
from tests.builders import ROOT_UIN, allow, document, sms_app
from tests.sidecar import EXAMPLE

TEXT = """{
  "version": "2.0",
  "statement": [{
    "effect": "deny",
    "action": [
      "im:RemoveUser",
      "im:RemoveUserr"],
    "resource": ["qcs::im:::sdkappid/1",
      "qcs::im:::app/1"],
    "condition": {
      "ip_not_equal": {"qcs:ip": "10.0.0.1"},
      "date_less_than": {
        "qcs:current_time": ["2030-01-01T00:00:00Z",
           "2030-01-01 00:00:00"]}}}]
}"""


def test_every_finding_has_the_place_of_its_element():
    assert [(each.code, each.line, each.column) for each in lint_policy(TEXT, file="p.json")] == [
        ("Lint.UnknownAction", 7, 7),
        ("Lint.ResourceType", 9, 7),
        ("Lint.DenyEscaped", 11, 7),
        ("Lint.DateFormat", 14, 12),
    ]
    assert {each.file for each in lint_policy(TEXT, file="p.json")} == {"p.json"}


def test_a_bare_statement_is_fine():
    bare = json.dumps({"version": "2.0", "statement": allow("im:RemoveUser", "qcs::im:::sdkappid/1")})
    assert lint_policy(bare) == ()


@pytest.mark.parametrize("text", ["", "{", document(allow("nonsense")), document(allow("imm:*"), version="1.0")])
def test_a_document_that_is_refused_has_errors_and_no_findings(text):
    assert lint_policy(text) == ()


def test_a_trust_policy_can_be_linted_by_itself():
    text = json.dumps({"version": "2.0", "statement": {"effect": "allow", "action": "sts:Assume", "principal": "*"}})
    assert [each.code for each in lint_policy(text, PolicyKind.TRUST)] == ["Lint.UnknownAction"]


def test_findings_never_refuse_an_account():
    texts = [PolicyText("p", "p.json", document(allow(["imm:*", "sms:SendSms", "permid/1"], sms_app(1))))]
    attachments = AttachmentsText("a.json", read_json(json.dumps({"account": ROOT_UIN})))
    assert {each.severity for each in lint_account(attachments, texts)} == {Severity.WARNING, Severity.NOTE}
    assert list(build_account(attachments, texts).policies) == ["p"]


def test_policies_without_an_attachments_file_are_linted_by_themselves():
    assert [each.code for each in lint_account(None, [PolicyText("p", "p.json", document(allow("imm:*")))])] == [
        "Lint.UnknownService"
    ]


def test_the_example_has_no_warnings():
    policies = sorted(EXAMPLE.glob("*/policies/*.json"))
    texts = [PolicyText(path.stem, path.name, path.read_text()) for path in policies]
    assert texts
    assert {each.severity for each in lint_account(None, texts)} <= {Severity.NOTE}


@pytest.mark.parametrize("action", load_catalog().actions("im", "sms", "cam", "sts"), ids=str)
def test_no_action_of_the_catalog_is_reported_when_it_is_granted_on_everything(action):
    assert [
        each.code for each in lint_policy(document(allow(f"name/{action}"))) if each.code != "Lint.BroadGrant"
    ] == []
