"""Sub-accounts by hand: made with credentials and a login link, granted, bounded, revoked and deleted."""

import csv
import io
import stat

import pytest

from tests.cli.databases import answer, run


@pytest.mark.usefixtures("any_url")
def test_the_flow_of_a_sub_account(refused):
    made = answer("users", "create", "zoe", "--console", "--api", "--group", "department-a", "--policy", "219064")
    (user,) = made["users"]
    assert set(user) == {"Uin", "Name", "Password", "SecretId", "SecretKey"}
    assert made["login"] == "http://127.0.0.1:8080/console/login?account=12345678"
    shown = answer("users", "show", "zoe")
    assert (shown["uin"], shown["groups"], shown["boundary"]) == (user["Uin"], ["department-a"], None)
    assert shown["access_keys"] == [{"id": user["SecretId"], "status": "Active"}]
    assert [(each["policy_name"], each["is_direct"]) for each in shown["policies"]] == [("QcloudSMSFullAccess", True)]

    run("users", "attach", user["Uin"], "sms-operations", "QcloudAVCFullAccess")
    run("users", "boundary", "zoe", "AdministratorAccess")
    text = run("users", "show", "zoe").stdout
    assert "boundary:      AdministratorAccess\n" in text
    assert "QcloudSMSFullAccess  219064   the user, department-a\n" in text
    assert "QcloudAVCFullAccess  524252   the user\n" in text
    run("users", "detach", "zoe", "QcloudAVCFullAccess", "sms-operations")
    run("users", "boundary", "zoe", "--clear")
    assert "boundary" not in run("users", "show", "zoe").stdout

    assert refused("users", "delete", "zoe") == "user `zoe` has access keys; delete them first, or give --force"
    assert "user deleted: zoe (" in run("users", "delete", "zoe", "--force").stdout
    assert refused("users", "show", "zoe") == "account 12345678 has no user `zoe`"


@pytest.mark.usefixtures("url")
def test_credentials_go_to_a_private_file_and_not_to_the_terminal(tmp_path, refused):
    file = tmp_path / "credentials.csv"
    result = run("users", "create", "zoe", "=cmd", "--console", "--api", "--credentials", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8"))))
    assert rows[0] == ["User name", "Password", "SecretId", "SecretKey"]
    assert [row[0] for row in rows[1:]] == ["zoe", "'=cmd"]
    for row in rows[1:]:
        assert row[2] in result.stdout
        assert row[1] not in result.output
        assert row[3] not in result.output
    assert "/console/login?account=12345678" in result.stdout
    assert refused("users", "create", "amy", "--credentials", file) == (
        f"{file} exists already; give another --credentials file"
    )
    assert refused("users", "show", "amy") == "account 12345678 has no user `amy`"


@pytest.mark.usefixtures("url")
def test_a_refused_user_leaves_no_file_and_no_other_user(tmp_path):
    file = tmp_path / "credentials.csv"
    result = run("users", "create", "b d", "--api", "--credentials", file, status=2)
    assert "`b d` is not a user name" in result.stderr
    assert not file.exists()
    result = run("users", "create", "zoe", "alice", "--api", "--credentials", file, status=2)
    assert "is named `alice` already" in result.stderr
    assert not file.exists()
    assert run("users", "list", "--search", "zoe").stdout == "none\n"


@pytest.mark.usefixtures("url")
def test_what_is_to_be_given_is_found_before_a_user_is_made(refused):
    assert refused("users", "create", "zoe", "--policy", "none") == "account 12345678 has no policy `none`"
    assert refused("users", "create", "zoe", "--group", "none") == "account 12345678 has no group `none`"
    assert run("users", "list", "--search", "zoe").stdout == "none\n"


@pytest.mark.usefixtures("url")
def test_a_user_is_changed_and_gets_a_new_password(tmp_path):
    run("users", "update", "alice", "--remark", "on call", "--email", "alice@example.com")
    assert run("users", "list", "--search", "ON CALL").stdout.splitlines()[1].endswith("on call")
    first = answer("users", "update", "alice", "--console")["users"][0]["Password"]
    file = tmp_path / "new.csv"
    result = run("users", "update", "alice", "--new-password", "--credentials", file)
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert row["Password"] not in ("", first)
    assert row["Password"] not in result.output
    assert answer("users", "show", "100001")["email"] == "alice@example.com"


@pytest.mark.usefixtures("url")
def test_a_boundary_is_set_or_cleared():
    assert "expected either POLICY or --clear" in run("users", "boundary", "alice", status=2).stderr


def test_a_user_without_a_name_can_be_granted_but_not_deleted_by_hand(url, tmp_path, refused):
    run("import", _nameless(tmp_path / "d"), "--into", url)
    run("users", "attach", "7", "QcloudSMSFullAccess", "--account", "9")
    assert "user 7 has no name" in refused("users", "delete", "7", "--account", "9")


def _nameless(folder):
    folder.mkdir()
    folder.joinpath("attachments.yaml").write_text('account: "9"\nusers:\n  - uin: "7"\n')
    return folder
