"""`authz test`: cases that users write for their policies."""

import json
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.builders import ALICE, APP_1, allow, deny
from tests.sidecar import EXAMPLE, write_account

CASE = {"principal": ALICE, "action": "im:AddUser", "resource": APP_1, "expect": "allow"}


@pytest.fixture
def suite(tmp_path):
    """Write cases for a small account, and run them."""
    policies = {"p": [allow("im:*", APP_1), deny("im:RemoveUser", APP_1)]}
    write_account(tmp_path, policies, users=[{"uin": "100001", "policies": ["p"]}])

    def run(*cases, options=(), **fields):
        value = {"source": ".", "tests": list(cases), **fields}
        (tmp_path / "all.test.yaml").write_text(json.dumps(value, indent=1))
        return CliRunner().invoke(main, ["test", str(tmp_path), *map(str, options)])

    return run


def test_the_example_passes_and_every_statement_of_it_is_exercised():
    result = CliRunner().invoke(main, ["test", str(EXAMPLE), "--min-coverage", "100"])
    assert result.exit_code == 0, result.output
    assert "0 failed" in result.output
    assert "(100 %)" in result.output


def test_a_wrong_expectation_shows_expected_actual_and_why(suite):
    result = suite({**CASE, "name": "add", "expect": "deny"}, {**CASE, "action": "im:RemoveUser"})
    assert result.exit_code == 1
    assert "all.test.yaml:4: FAILED add: expected deny, got allow (ALLOWED) by statement 0 of policy p" in result.output
    assert (
        "expected allow, got deny (EXPLICIT_DENY) by statement 1 of policy p, attached to user/100001" in result.output
    )
    assert "you are not authorized to perform operation (im:RemoveUser)" in result.output
    assert "0 passed, 2 failed" in result.output


def test_a_wrong_reason_is_a_failure_too(suite):
    result = suite({**CASE, "action": "im:RemoveUser", "expect": "deny", "reason": "NO_MATCHING_ALLOW"})
    assert result.exit_code == 1
    assert "expected deny (NO_MATCHING_ALLOW), got deny (EXPLICIT_DENY)" in result.output


@pytest.mark.parametrize(
    ("case", "note"),
    [
        ({"action": "im:RemoveUsr", "expect": "deny"}, "did you mean `im:RemoveUser`?"),
        ({"principal": ALICE.replace("100001", "100007")}, "has no user `100007`; did you mean `100001`?"),
    ],
)
def test_a_failure_tells_what_is_doubtful_about_its_question(suite, case, note):
    assert note in suite({**CASE, **case}).output


def test_statements_that_no_case_exercised_are_told(suite):
    result = suite(CASE, options=["--min-coverage", 60])
    assert result.exit_code == 1
    assert "coverage: 1 of 2 statements (50 %)" in result.output
    assert "no case exercised statement 1 of policy p, attached to user/100001" in result.output


def test_lists_stand_for_all_their_combinations(suite):
    result = suite({**CASE, "action": ["im:AddUser", "im:X"], "resource": [APP_1, APP_1]})
    assert "4 passed, 0 failed" in result.output


def test_junit_and_json_say_the_same(suite, tmp_path):
    cases = [CASE, {**CASE, "name": "<&>", "expect": "deny"}]
    result = suite(*cases, options=["--junit", tmp_path / "out.xml", "--json"])
    told = json.loads(result.output)
    parsed = ET.parse(tmp_path / "out.xml").getroot().find("testsuite")
    assert (parsed.get("tests"), parsed.get("failures")) == ("2", "1")
    assert [case["passed"] for case in told["cases"]] == [
        case.find("failure") is None for case in parsed.iter("testcase")
    ]
    assert [case.get("name") for case in parsed.iter("testcase")][1] == "<&>"
    assert told["coverage"][0]["missing"] == ["user/100001: p[1]"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expect": "maybe"}, "`expect` must be `allow` or `deny`"),
        ({"actoin": "x"}, "unknown key `actoin`"),
        ({"principal": None}, "`principal` must be a non-empty string"),
        ({"reason": "BECAUSE"}, "`reason` must be one of"),
        ({"time": "noon"}, "`noon` is not a date"),
        ({"context": []}, "`context` must be an object"),
        (
            {"context": {"im:env": {"a": "b"}}},
            "`im:env` must be a string, a number, `true` or",
        ),
        ({"context": {"im:env": None}}, "`im:env` must be a string"),
        ({"context": {"im:env": ["a", ["b"]]}}, "`im:env` must be a string"),
    ],
)
def test_a_mistake_in_a_case_is_told_with_its_line(suite, change, said):
    result = suite({**CASE, **change})
    assert result.exit_code == 2
    assert "all.test.yaml:" in result.output
    assert said in result.output


def test_a_case_may_have_its_own_time(tmp_path):
    condition = {"date_less_than": {"qcs:current_time": "2026-01-01T00:00:00Z"}}
    write_account(tmp_path, {"p": [allow("im:*", condition=condition)]}, users=[{"uin": "100001", "policies": ["p"]}])
    cases = [{**CASE, "time": "2025-12-31T23:59:59Z"}, {**CASE, "time": "2026-01-01T00:00:00Z", "expect": "deny"}]
    (tmp_path / "a.test.yaml").write_text(json.dumps({"tests": cases}))
    result = CliRunner().invoke(main, ["test", str(tmp_path / "a.test.yaml"), "--source", str(tmp_path)])
    assert result.exit_code == 0, result.output


def test_what_cannot_be_read_exits_with_2(tmp_path):
    run = CliRunner().invoke
    assert run(main, ["test", str(tmp_path)]).exit_code == 2
    (tmp_path / "a.test.yaml").write_text("tests: [")
    assert run(main, ["test", str(tmp_path)]).exit_code == 2
    (tmp_path / "a.test.yaml").write_text(json.dumps({"tests": [CASE]}))
    assert run(main, ["test", str(tmp_path)]).exit_code == 2
