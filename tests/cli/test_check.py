import json

import pytest
from click.testing import CliRunner

from authz.cli.main import main
from authz.store.database import Database
from authz.store.records import AccountRecord
from tests.builders import ALICE, APP_1, APP_2
from tests.sidecar import EXAMPLE
from tests.store.writing import ROOT, author, write_small_account


def check(*arguments):
    return CliRunner().invoke(main, ["check", *arguments])


def test_an_allowed_request_names_its_statement_and_exits_with_0():
    result = check(ALICE, "im:RemoveUser", APP_2, "--source", str(EXAMPLE))
    assert result.exit_code == 0
    assert result.output == (
        "allowed: an allow statement matches and no deny does (ALLOWED)\n"
        "  statement 0 of policy im-two-applications, attached to user/100001\n"
    )


def test_a_denied_request_has_cams_message_and_exits_with_1():
    result = check(ALICE, "im:RemoveUser", APP_1, "--source", str(EXAMPLE))
    assert result.exit_code == 1
    assert (
        "operation (im:RemoveUser)\n  resource (qcs::im::uin/12345678:sdkappid/1400000001) has no permission"
        in result.output
    )


def test_an_answer_is_also_one_json_object():
    result = check(ALICE, "sms:SendSms", "*", "--source", str(EXAMPLE), "--json")
    answer = json.loads(result.output)
    assert (answer["allowed"], answer["reason"], answer["statement"]) == (False, "NO_MATCHING_ALLOW", None)


@pytest.mark.parametrize("options", [(), ("--explain",)])
@pytest.mark.parametrize(
    ("principal", "action", "resource", "note"),
    [
        (ALICE, "sms:SendSmss", "*", "did you mean `sms:SendSms`?"),
        (ALICE, "im:RemoveUsr", APP_2, "did you mean `im:RemoveUser`?"),
        (ALICE, "sms:DescribeAppInfo", APP_2, "is not a resource of `sms`, which `sms:DescribeAppInfo` requires"),
        (ALICE.replace("100001", "100091"), "im:RemoveUser", APP_2, "has no user `100091`; did you mean `1000"),
        (ALICE.replace("12345678", "12345679"), "im:RemoveUser", APP_2, "account 12345679 does not exist"),
    ],
)
def test_what_is_doubtful_about_the_question_is_told(options, principal, action, resource, note):
    result = check(principal, action, resource, "--source", str(EXAMPLE), *options)
    notes = [line for line in result.output.splitlines() if line.startswith("  note: ")]
    assert [note in line for line in notes] == [True]
    assert "what would" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody", "im:X", "*", "--source", str(EXAMPLE)),
        (ALICE, "im:X", "*"),
        (ALICE, "im:X", "*", "--source", str(EXAMPLE), "--server", "127.0.0.1:1"),
        (ALICE, "im:X", "*", "--source", "/no/such/folder"),
        (ALICE, "im:X", "*", "--source", "sqlite:///x.db"),
        (ALICE, "im:X", "*", "--source", str(EXAMPLE), "--context", "novalue"),
        (ALICE, "im:X", "*", "--server", "127.0.0.1:1", "--timeout", "0.2"),
    ],
)
def test_whatever_gives_no_decision_exits_with_2_and_a_word(arguments):
    result = check(*arguments)
    assert result.exit_code == 2
    assert result.output


def test_a_broken_account_gives_no_decision(tmp_path):
    (tmp_path / "attachments.yaml").write_text("account: x\n")
    result = check(ALICE, "im:X", "*", "--source", str(tmp_path))
    assert result.exit_code == 2
    assert "attachments.yaml:1: InvalidUin" in result.output


@pytest.fixture
def written_url(database_url):
    """A database in which alice holds a policy since revision 2, and nothing since revision 3."""
    database = Database.open(database_url)
    with database.write(author("CreateAccount")) as writer:
        writer.accounts.add(AccountRecord(ROOT))
    _, alice, _, _ = write_small_account(database)
    with database.write(author("DeleteUser")) as writer:
        writer.users.remove(ROOT, alice.uin)
    database.close()
    return database_url, f"qcs::cam::uin/{ROOT}:uin/{alice.uin}"


def test_a_database_decides_as_it_is_and_as_it_was(written_url):
    url, alice = written_url
    now = check(alice, "im:RemoveUser", "*", "--source", url)
    assert (now.exit_code, "UNKNOWN_PRINCIPAL" in now.output) == (1, True)
    assert check(alice, "im:RemoveUser", "*", "--source", url, "--at", "2").exit_code == 0
    assert check(alice, "im:RemoveUser", "*", "--source", url, "--at", "1").exit_code == 1
    assert check(alice, "im:RemoveUser", "*", "--source", url, "--at", "2000-01-01T00:00:00Z").exit_code == 1
    assert check(alice, "im:RemoveUser", "*", "--source", url, "--at", "2999-01-01").exit_code == 1


@pytest.mark.parametrize(
    ("moment", "message"),
    [("9", "revision 9 does not exist yet; the current one is 3"), ("noon", "`noon` is neither a revision nor a time")],
)
def test_a_moment_that_is_not_there_is_an_error(written_url, moment, message):
    url, alice = written_url
    result = check(alice, "im:RemoveUser", "*", "--source", url, "--at", moment)
    assert (result.exit_code, message in result.output) == (2, True)


def test_only_a_database_has_earlier_revisions():
    result = check(ALICE, "im:RemoveUser", APP_1, "--source", str(EXAMPLE), "--at", "2")
    assert "--at needs --source with the URL of a database" in result.output
