"""Access keys by hand, of users and of root."""

import csv
import stat

import pytest

from tests.cli.databases import answer, run


@pytest.mark.usefixtures("any_url")
def test_the_flow_of_a_key(refused):
    key = answer("keys", "create", "alice", "--description", "laptop")["users"][0]
    assert (key["Uin"], key["Name"]) == ("100001", "alice")
    (listed,) = answer("keys", "list", "alice")["access_keys"]
    assert (listed["access_key_id"], listed["status"], listed["last_used"]) == (key["SecretId"], "Active", 0.0)
    assert key["SecretKey"] not in run("keys", "list", "alice", "--json").output
    assert "is enabled; disable it before" in refused("keys", "delete", key["SecretId"])
    assert "is inactive; in force" in run("keys", "disable", key["SecretId"]).stdout
    assert "  Inactive  " in run("keys", "list", "100001").stdout
    run("keys", "enable", key["SecretId"])
    run("keys", "disable", key["SecretId"])
    run("keys", "delete", key["SecretId"])
    assert run("keys", "list", "alice").stdout == "none\n"
    assert refused("keys", "enable", key["SecretId"]) == f"account 12345678 has no access key `{key['SecretId']}`"


@pytest.mark.usefixtures("url")
def test_root_gets_a_key_after_an_import(tmp_path):
    file = tmp_path / "root.csv"
    result = run("keys", "create", "--credentials", file)
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert row["User name"] == "root"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert row["SecretId"] in result.stdout
    assert row["SecretKey"] not in result.output
    assert answer("keys", "list")["access_keys"][0]["access_key_id"] == row["SecretId"]


@pytest.mark.usefixtures("url")
def test_a_key_needs_the_master_key(tmp_path, refused):
    tmp_path.joinpath("authz.db.key").unlink()
    file = tmp_path / "root.csv"
    assert "no master key is given; expected AUTHZ_MASTER_KEY_FILE" in refused("keys", "create", "--credentials", file)
    assert not file.exists()
