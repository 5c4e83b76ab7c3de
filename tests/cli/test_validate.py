import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from authz.store.database import Database
from authz.store.records import AccountRecord
from tests.builders import allow
from tests.sidecar import EXAMPLE, write_account
from tests.store.writing import ROOT, author, write_small_account


def validate(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def test_the_example_is_clean_but_for_notes():
    result = validate(EXAMPLE)
    assert result.exit_code == 0
    assert "1 account, no errors, no warnings, " in result.output
    assert validate(EXAMPLE, "--strict").exit_code == 1


def test_every_problem_of_every_file_is_told_with_its_place(tmp_path):
    write_account(tmp_path, {"p": "{", "q": [allow("nonsense")]}, users=[{"uin": "0"}])
    result = validate(tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path}/attachments.yaml:1: InvalidUin: " in result.output
    assert f"{tmp_path}/p.json:1: InvalidParameter.PolicyDocumentError: " in result.output
    assert f"{tmp_path}/q.json:1: InvalidParameter.ActionError: " in result.output
    assert result.output.endswith("1 account, 3 errors, no warnings, no notes\n")


@pytest.mark.parametrize("data", [b'{"version":\n "\xe9"}', b"\xff\xfe{\x00}\x00"])
def test_a_policy_file_that_cannot_be_read_is_one_finding(tmp_path, data):
    write_account(tmp_path, {"p": [allow("im:AddUser")]}, users=[{"uin": "100001", "policies": ["p"], "boundary": "p"}])
    (path,) = tmp_path.rglob("p.json")
    path.write_bytes(data)
    result = validate(tmp_path)
    assert result.output.count("InvalidEncoding: ") == 1
    assert result.output.endswith("1 account, 1 error, no warnings, no notes\n"), result.output


def test_two_accounts_with_one_uin_are_told(tmp_path):
    for name in ("a", "b"):
        write_account(tmp_path / name)
    assert validate(tmp_path).output.count("DuplicateAccount") == 2


def test_findings_are_also_json(tmp_path):
    write_account(tmp_path, {"p": "{\n}"}, users=[{"uin": "100001", "policies": ["p"]}])
    report = json.loads(validate(tmp_path, "--json").output)
    assert report["accounts"] == 1
    assert {finding["code"] for finding in report["findings"]} >= {"InvalidParameter.VersionError"}
    assert {finding["severity"] for finding in report["findings"]} >= {"error"}
    assert all(finding["line"] >= 1 for finding in report["findings"])


def test_without_any_account_there_is_nothing_to_read(tmp_path):
    assert validate(tmp_path).exit_code == 2
    assert validate(tmp_path / "missing").exit_code == 2


def test_a_database_is_validated_too(database_url):
    assert validate(database_url).exit_code == 2
    database = Database.open(database_url)
    with database.write(author("CreateAccount")) as writer:
        writer.accounts.add(AccountRecord(ROOT))
    *_, role = write_small_account(database)
    assert validate(database_url).output.endswith("1 account, no errors, no warnings, 1 note\n")
    with database.write(author("UpdateAssumeRolePolicy")) as writer:
        writer.connection.exec_driver_sql("UPDATE roles SET trust = '{'")
    database.close()
    result = validate(database_url)
    assert result.exit_code == 1
    assert f"{ROOT}/roleid/{role.id}:1: InvalidParameter.PolicyDocumentError: " in result.output
