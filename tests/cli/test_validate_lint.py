import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from tests.builders import allow, document, sms_app
from tests.sidecar import EXAMPLE, write_account

SENDS_NOTHING = allow(["sms:SendSms", "sms:*"], sms_app(1400000001))


def validate(*arguments, colour=False):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)], color=colour)


@pytest.fixture
def account(tmp_path):
    write_account(
        tmp_path,
        {"broken": "{}", "loose": [SENDS_NOTHING], "spare": [allow("sms:SendSms")]},
        users=[{"uin": "100001", "policies": ["broken", "loose"]}],
    )
    return tmp_path


def test_errors_warnings_and_notes_are_told_by_file_and_counted(account):
    result = validate(account)
    assert result.exit_code == 1
    *lines, summary = result.output.splitlines()
    assert [tuple(line.split(": ")[:2]) for line in lines] == [
        (f"{account}/broken.json:1", "InvalidParameter.VersionError"),
        (f"{account}/broken.json:1", "InvalidParameter.StatementError"),
        (f"{account}/loose.json:1", "Lint.OperationLevel"),
        (f"{account}/loose.json:1", "Lint.CoveredEntry"),
        (f"{account}/loose.json:1", "Lint.OperationLevel"),
        (f"{account}/spare.json:1", "Lint.Unattached"),
    ]
    assert summary == "1 account, 2 errors, 1 warning, 3 notes"


def test_notes_alone_are_clean_unless_strict(tmp_path):
    write_account(tmp_path, {"p": [allow("im:*")]}, users=[{"uin": "100001", "policies": ["p"]}])
    assert validate(tmp_path).exit_code == 0
    assert "Lint.BroadGrant" in validate(tmp_path).output
    assert validate(tmp_path, "--strict").exit_code == 1


def test_a_warning_is_a_finding(tmp_path):
    write_account(tmp_path, {"p": [allow("smss:SendSms")]}, users=[{"uin": "100001", "policies": ["p"]}])
    result = validate(tmp_path)
    assert result.exit_code == 1
    assert result.output.endswith("1 account, no errors, 1 warning, no notes\n")


@pytest.mark.parametrize("arguments", [(), ("--strict",)])
def test_what_is_not_known_here_is_told_and_fails_no_build(tmp_path, arguments):
    actions = ["captcha:DescribeCaptchaResult", "nextyear:*", "cam:GrantWishes"]
    write_account(tmp_path, {"p": [allow(actions)]}, users=[{"uin": "100001", "policies": ["p"]}])
    result = validate(tmp_path, *arguments)
    assert result.exit_code == 0
    codes = [line.split(": ")[1] for line in result.output.splitlines()[:-1]]
    assert codes == ["Lint.UncheckedService", "Lint.UnknownService", "Lint.UnknownAction"]


def test_the_attachments_file_comes_first_and_lines_are_in_order(tmp_path):
    policy = json.dumps(json.loads(document(allow(["imm:*", "smms:*"]))), indent=1)
    write_account(tmp_path, {"a": policy}, users=[{"uin": "100001", "policies": ["a", "a"]}])
    places = [line.split(": ")[0].rpartition("/")[2] for line in validate(tmp_path).output.splitlines()[:-1]]
    assert places == ["attachments.yaml:1", "a.json:7", "a.json:8"]


def test_json_has_severity_and_place(account):
    report = json.loads(validate(account, "--json").output)
    assert (report["accounts"], report["errors"], report["warnings"], report["notes"]) == (1, 2, 1, 3)
    warning = next(each for each in report["findings"] if each["severity"] == "warning")
    assert warning.pop("message")
    assert warning == {
        "severity": "warning",
        "code": "Lint.OperationLevel",
        "path": "$.statement[0].action[0]",
        "file": f"{account}/loose.json",
        "line": 1,
        "column": (account / "loose.json").read_text().index('"sms:SendSms"') + 1,
    }


def test_severities_are_coloured_on_a_terminal_only(account):
    assert "\x1b[" not in validate(account).output
    coloured = validate(account, colour=True).output
    assert [f"\x1b[{code}m" in coloured for code in (31, 33, 36)] == [True, True, True]


def test_a_folder_of_policies_without_an_attachments_file_is_a_warning(tmp_path):
    write_account(tmp_path / "good", {"p": [allow("sms:SendSms")]}, users=[{"uin": "100001", "policies": ["p"]}])
    (tmp_path / "empty").mkdir()
    (tmp_path / "bare" / "policies").mkdir(parents=True)
    (tmp_path / "bare" / "policies" / "p.json").write_text("{}")
    result = validate(tmp_path)
    assert result.exit_code == 1
    assert result.output.splitlines()[0].startswith(f"{tmp_path}/bare/attachments.yaml:1: Lint.NoAttachments: ")
    assert result.output.endswith("1 account, no errors, 1 warning, no notes\n")


def test_the_example_has_notes_only():
    report = json.loads(validate(EXAMPLE, "--json").output)
    assert (report["errors"], report["warnings"]) == (0, 0)
    assert {finding["code"] for finding in report["findings"]} == {"Lint.OperationLevel"}
