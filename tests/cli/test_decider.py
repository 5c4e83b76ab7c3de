"""`authz check --explain` on a directory, as a person sees it."""

import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.builders import ALICE, APP_1, ROOT_UIN, allow, deny, document

CONDITION = {"bool_equal": {"qcs:mfa": "true"}}


@pytest.fixture
def source(tmp_path):
    tmp_path.joinpath("attachments.yaml").write_text(
        f"account: '{ROOT_UIN}'\nusers:\n  - uin: '100001'\n    policies: [p]\n"
    )
    statements = [allow("im:*", APP_1, condition=CONDITION), deny("im:RemoveUser", APP_1)]
    tmp_path.joinpath("p.json").write_text(document(*statements))
    return tmp_path


def run(source, action, *options):
    return CliRunner().invoke(main, ["check", ALICE, action, APP_1, "--source", str(source), *options])


def test_a_missing_condition_is_told_with_what_was_expected_and_what_came(source):
    result = run(source, "im:ModifyAppInfo", "--explain")
    assert result.exit_code == 1
    assert "expected true, got nothing: does not hold" in result.output
    assert "send the request with qcs:mfa = true" in result.output


def test_the_denial_carries_the_condition_in_cams_own_form(source):
    result = run(source, "im:ModifyAppInfo")
    hint = '[{"condition":{"key":"qcs:mfa","value":["true"],"ope":"bool_equal"},"effect":"allow"}]'
    assert f"has no permission with or without condition:{hint}" in result.output


def test_an_explanation_is_also_one_json_object(source):
    value = json.loads(run(source, "im:RemoveUser", "--explain", "--json", "--context", "qcs:mfa=true").output)
    assert value["response"]["reason"] == "EXPLICIT_DENY"
    assert [trace["condition_matched"] for trace in value["statements"]] == [True, True]
    assert value["suggestions"][0]["lift"] == [{"policy": "p", "index": 1, "attached_to": "user/100001"}]
