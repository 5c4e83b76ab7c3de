"""Policies by hand: search, templates, versions, roll-back."""

import json

import pytest

from authz.accounts.presets import find_preset
from authz.language.render import render
from tests.builders import allow, document
from tests.cli.databases import answer, run

NEW = document(allow("im:RemoveUser"))


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("words", ["Instant Messaging", "即时通信", "インスタントメッセージ", "인스턴트 메시지"])
def test_the_name_of_a_service_finds_its_presets(words):
    found = answer("policies", "list", "--search", words)["policies"]
    assert [each["policy_name"] for each in found] == ["QcloudAVCFullAccess", "QcloudIMReadOnlyAccess"]


@pytest.mark.usefixtures("url")
def test_lists_are_of_presets_or_of_custom_policies():
    everything = {each["policy_name"] for each in answer("policies", "list")["policies"]}
    custom = {each["policy_name"] for each in answer("policies", "list", "--scope", "custom")["policies"]}
    presets = {each["policy_name"] for each in answer("policies", "list", "--scope", "preset")["policies"]}
    assert everything == custom | presets
    assert "sms-operations" in custom
    assert "ReadOnlyAccess" in presets


@pytest.mark.usefixtures("any_url")
def test_the_flow_of_a_policy_and_its_versions(tmp_path, refused):
    file = tmp_path / "p.json"
    file.write_text(document(allow("im:*")))
    made = answer("policies", "create", "im-app", file, "--description", "d")
    file.write_text(NEW)
    assert answer("policies", "add-version", "im-app", file, "--set-default")["version_id"] == 2
    assert run("policies", "show", "im-app", "--document").stdout == f"{NEW}\n"
    assert json.loads(run("policies", "show", "im-app", "--document", "--version", 1).stdout) != json.loads(NEW)
    assert [each["is_default"] for each in answer("policies", "versions", "im-app")["versions"]] == [False, True]
    run("policies", "set-default", "im-app", 1)
    assert "is the default version" in refused("policies", "delete-version", "im-app", 1)
    run("policies", "delete-version", "im-app", 2)
    run("policies", "update", made["policy_id"], file, "--name", "im-new")
    run("users", "attach", "alice", "im-new")
    shown = run("policies", "show", "im-new").stdout
    assert "1. Allow IM action RemoveUser on everything\n" in shown
    assert shown.splitlines()[-1].split() == ["user", "100001", "alice"]
    assert answer("policies", "show", "im-new")["attached_to"] == [{"kind": "user", "id": "100001", "name": "alice"}]
    run("policies", "delete", "im-new")
    assert refused("policies", "show", "im-new") == "account 12345678 has no policy `im-new`"


@pytest.mark.usefixtures("url")
def test_any_policy_is_a_template_for_another(tmp_path, refused):
    run("policies", "create", "my-im", "--copy-of", "QcloudIMReadOnlyAccess")
    text = render(find_preset("QcloudIMReadOnlyAccess").document)
    assert run("policies", "show", "my-im", "--document").stdout == f"{text}\n"
    file = tmp_path / "t.json"
    run("policies", "template", "sms-operations", file)
    assert json.loads(file.read_text()) == json.loads(run("policies", "show", "sms-operations", "--document").stdout)
    assert refused("policies", "template", "sms-operations", file) == f"{file} exists already; give another file"


@pytest.mark.usefixtures("url")
def test_a_document_is_read_from_standard_input():
    run("policies", "create", "piped", "-", stdin=NEW)
    assert run("policies", "show", "piped", "--document").stdout == f"{NEW}\n"


@pytest.mark.usefixtures("url")
def test_a_document_with_a_mistake_is_refused_with_its_line():
    result = run("policies", "create", "p", "-", stdin=document(allow("im:RemoveUsr")), status=2)
    assert "`im` has no action `im:RemoveUsr`" in result.stderr
    assert "line 1, column" in result.stderr


@pytest.mark.usefixtures("url")
def test_what_is_missing_on_the_command_line_is_said(refused):
    assert "expected either FILE or --copy-of" in run("policies", "create", "p", status=2).stderr
    assert "expected FILE, --name or --description" in run("policies", "update", "sms-operations", status=2).stderr
    assert "preset policy, which cannot be changed" in refused("policies", "delete", "ReadOnlyAccess")
