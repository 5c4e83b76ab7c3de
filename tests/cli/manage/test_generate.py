"""The policy generator by options."""

import json
import re

import pytest

from tests.builders import APP_1
from tests.cli.databases import answer, run

FULL = ("--statement", "allow", "im", "*", APP_1)
MINUS = ("--statement", "deny", "im", "RemoveUser,AccountNoSpeaking", APP_1)


@pytest.mark.usefixtures("any_url")
def test_a_policy_of_several_statements_is_made_with_a_sentence_for_each():
    result = run("policies", "generate", *FULL, *MINUS, "--name", "im-app")
    assert result.stdout.splitlines()[:2] == [
        "1. Allow all IM actions on application 1400000001",
        "2. Deny IM actions RemoveUser and AccountNoSpeaking on application 1400000001",
    ]
    detail = answer("policies", "show", "im-app")
    assert detail["create_mode"] == 3
    assert json.loads(detail["policy_document"])["statement"][1]["action"] == [
        "name/im:RemoveUser",
        "name/im:AccountNoSpeaking",
    ]


@pytest.mark.usefixtures("url")
def test_without_a_name_it_bears_the_time():
    made = answer("policies", "generate", *FULL)
    assert re.fullmatch(r"policygen-20\d{12}", made["policy_name"])


@pytest.mark.usefixtures("url")
def test_a_dry_run_makes_nothing():
    before = run("policies", "list", "--scope", "custom").stdout
    value = answer("policies", "generate", *FULL, "--dry-run")
    assert value["sentences"] == ["Allow all IM actions on application 1400000001"]
    assert '"name/im:*"' in run("policies", "generate", *FULL, "--dry-run").stdout
    assert run("policies", "list", "--scope", "custom").stdout == before


@pytest.mark.usefixtures("url")
def test_conditions_belong_to_their_statement():
    value = answer(
        "policies",
        "generate",
        *FULL,
        *MINUS,
        "--condition",
        2,
        "ip_equal",
        "qcs:ip",
        "10.0.0.0/8,10.1.1.1",
        "--dry-run",
    )
    statements = json.loads(value["document"])["statement"]
    assert "condition" not in statements[0]
    assert statements[1]["condition"] == {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "10.1.1.1"]}}
    result = run("policies", "generate", *FULL, "--condition", 2, "ip_equal", "qcs:ip", "1", status=2)
    assert "--condition 2: there are 1 statements" in result.stderr


@pytest.mark.usefixtures("url")
def test_a_wrong_resource_or_action_is_refused(refused):
    assert "belongs to account 1, not to 12345678" in refused(
        "policies", "generate", "--statement", "allow", "im", "*", "qcs::im::uin/1:sdkappid/1"
    )
    assert "`im` has no action" in refused("policies", "generate", "--statement", "allow", "im", "Removeuser2", "*")


@pytest.mark.usefixtures("url")
def test_without_statements_and_without_a_terminal_it_says_what_it_needs():
    assert "expected --statement, or --interactive" in run("policies", "generate", status=2).stderr
