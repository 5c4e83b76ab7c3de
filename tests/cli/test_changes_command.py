import json

from tests.cli.databases import run, with_example
from tests.sidecar import write_account


def lines(*arguments):
    return [json.loads(line) for line in run("changes", *arguments, "--json").stdout.splitlines()]


def test_the_log_shows_who_changed_what_and_how(database_url, tmp_path):
    run("import", write_account(tmp_path / "1", users=[{"uin": "5", "name": "eve"}]), "--into", database_url)
    users = [{"uin": "5", "name": "eve", "tags": {"dept": "ops"}, "policies": ["QcloudSMSFullAccess"]}]
    run("import", write_account(tmp_path / "2", users=users), "--into", database_url)
    run("import", write_account(tmp_path / "3"), "--into", database_url, "--delete-missing")
    shown = run("changes", database_url).stdout.splitlines()
    assert [line for line in shown if line.startswith(" ")] == [
        "  + account 12345678",
        "  + user eve (5)",
        '  ~ user eve (5): tags {} -> {"dept": "ops"}',
        "  + attachment of policy 219064 to user 5",
        "  - attachment of policy 219064 to user 5",
        "  - user eve (5)",
    ]
    assert shown[0].startswith("revision 1  20")
    assert shown[0].endswith(" UTC  ImportAccount  by qcs::cam::uin/12345678:root (import)")
    found = lines(database_url)
    assert [change["revision"] for change in found] == [1, 2, 3]
    assert found[2]["items"][-1]["before"]["name"] == "eve"
    assert found[2]["items"][-1]["after"] is None


def test_changes_of_one_account_after_a_revision_are_shown_alone(sqlite_url, tmp_path):
    with_example(sqlite_url)
    for uin in ("5", "6"):
        run("import", write_account(tmp_path / uin, account=uin), "--into", sqlite_url)
    assert [each["account"] for each in lines(sqlite_url, "--since", 1)] == ["5", "6"]
    assert [each["revision"] for each in lines(sqlite_url, "--account", "6")] == [3]
    assert lines(sqlite_url, "--since", 3) == []


def test_more_changes_than_are_read_at_once_are_all_shown(sqlite_url, tmp_path):
    for uin in range(1, 104):
        write_account(tmp_path / "in" / str(uin), account=str(uin))
    run("import", tmp_path / "in", "--into", sqlite_url)
    assert [each["revision"] for each in lines(sqlite_url)] == list(range(1, 104))


def test_a_database_that_cannot_be_used_is_an_error(tmp_path):
    assert "there is no file" in run("changes", f"sqlite:///{tmp_path}/none.db", status=2).stderr
