"""Roles by hand."""

import json

import pytest

from tests.cli.databases import answer, run
from tests.control.planes import trust_of


@pytest.mark.usefixtures("any_url")
def test_the_flow_of_a_role(tmp_path, refused):
    made = answer("roles", "create", "deploy", "--trust-account", "12345678", "--session-duration", "600")
    run("roles", "attach", "deploy", "QcloudSMSFullAccess")
    run("roles", "boundary", made["role_id"], "sms-operations")
    shown = run("roles", "show", "deploy").stdout
    assert "arn:           qcs::cam::uin/12345678:roleName/deploy\n" in shown
    assert "policies:      QcloudSMSFullAccess\n" in shown
    assert "boundary:      sms-operations\n" in shown
    assert "session:       600 s\n" in shown
    run("roles", "detach", "deploy", "QcloudSMSFullAccess")
    run("roles", "boundary", "deploy", "--clear")
    trust = tmp_path / "trust.json"
    trust.write_text(trust_of("qcs::cam::uin/12345678:uin/100001"))
    run("roles", "trust", "deploy", trust)
    value = answer("roles", "show", "deploy")
    assert (value["policies"], value["boundary"]) == ([], None)
    assert json.loads(value["policy_document"]) == json.loads(trust.read_text())
    assert [each["role_name"] for each in answer("roles", "list")["roles"]] == ["ci", "deploy"]
    run("roles", "delete", "deploy")
    assert refused("roles", "show", "deploy") == "account 12345678 has no role `deploy`"


@pytest.mark.usefixtures("url")
def test_a_trust_policy_that_names_nobody_is_refused(tmp_path, refused):
    trust = tmp_path / "trust.json"
    trust.write_text(trust_of("qcs::cam::uin/12345678:uin/5"))
    assert "account 12345678 has no `uin/5`" in refused("roles", "create", "deploy", "--trust", trust)
    assert "expected either --trust or --trust-account" in run("roles", "create", "deploy", status=2).stderr
    assert "cannot read none.json" in refused("roles", "create", "deploy", "--trust", "none.json")
